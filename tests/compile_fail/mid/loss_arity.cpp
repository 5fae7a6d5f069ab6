// expect-error: 'f' must be callable as f\(prediction, targets\.\.\.\)
#include "../../mid/train/toy.hpp"

struct Loss {
#ifdef COMPILES
  at::Tensor operator()(at::Tensor const& prediction, at::Tensor const& target) const {
    return at::mse_loss(prediction, target);
  }
#else
  at::Tensor operator()(at::Tensor const& prediction, at::Tensor const& target, double weight) const {
    return at::mse_loss(prediction, target) * weight;
  }
#endif
};

void train() { fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(Loss{})); }
