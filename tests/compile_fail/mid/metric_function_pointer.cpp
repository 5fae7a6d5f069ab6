// expect-only-error: a pointer to a function has lost its default arguments; write metrics
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  auto const error = [](at::Tensor const& pred, at::Tensor const& targ) { return at::mse_loss(pred, targ); };
#else
  auto const error = at::mse_loss;
#endif
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::metrics(error));
  learn.fit(1);
}
