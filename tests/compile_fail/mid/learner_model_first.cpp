// expect-only-error: the data come first, then the model
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(toy::model(), toy::loaders(), fastxx::loss_func(toy::Loss{}));
#endif
  learn.fit(1);
}
