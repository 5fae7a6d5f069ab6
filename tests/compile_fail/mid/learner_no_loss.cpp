// expect-error: no transform of these data carries a loss function
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(toy::loaders(), toy::model());
#endif
}
