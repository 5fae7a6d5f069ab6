// expect-only-error: 'model' must be a module holder
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(
      toy::loaders(), [](at::Tensor const& x) { return x; }, fastxx::loss_func(toy::Loss{}));
#endif
  learn.fit(1);
}
