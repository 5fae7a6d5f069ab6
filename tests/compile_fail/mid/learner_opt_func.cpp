// expect-only-error: 'recipe' must say how to make an optimizer
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::opt_func(fastxx::SGD{}));
#else
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::opt_func(1e-3));
#endif
  learn.fit(1);
}
