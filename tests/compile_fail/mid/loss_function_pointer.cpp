// expect-only-error: a pointer to a function has lost its default arguments; write loss_func
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  auto const loss = [](at::Tensor const& pred, at::Tensor const& targ) { return at::mse_loss(pred, targ); };
#else
  auto const loss = at::mse_loss;
#endif
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(loss));
  learn.fit(1);
}
