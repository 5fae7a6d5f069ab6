// expect-only-error: a part must be loss_func
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(toy::loaders(), toy::model(), toy::Loss{});
#endif
  learn.fit(1);
}
