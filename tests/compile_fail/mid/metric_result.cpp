// expect-only-error: f\(prediction, target\) must return a number or a tensor of one element
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  auto const both = [](at::Tensor const& pred, at::Tensor const& targ) { return (pred - targ).abs().max(); };
#else
  auto const both = [](at::Tensor const& pred, at::Tensor const& targ) { return std::vector{pred, targ}; };
#endif
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::metrics(both));
  learn.fit(1);
}
