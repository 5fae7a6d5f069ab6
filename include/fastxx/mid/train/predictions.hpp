#pragma once

#include <fastxx/low/torch/ops.hpp>
#include <type_traits>
#include <vector>

namespace fastxx {

/// What a model says about every item of a loader, on the CPU and in the loader's order.
///
/// Shapes:  preds (n,...), after the loss's activation; targs (n,...); losses (n), one per item, when the loss can give
/// them
/// Source:  fastai 2.7.18 learner.py get_preds
/// Example: examples/doc/learner.cpp
struct Predictions {
  Tensor preds;
  Tensor targs;
  Tensor losses;
};

namespace detail {

template <class Loss>
Tensor activated(Loss const& loss, Tensor const& prediction) {
  if constexpr (requires { loss.activation(prediction); })
    return loss.activation(prediction);
  else
    return prediction;
}
template <class Loss>
Tensor decoded(Loss const& loss, Tensor const& activated_prediction) {
  if constexpr (requires { loss.decodes(activated_prediction); })
    return loss.decodes(activated_prediction);
  else
    return activated_prediction;
}

// Losses per item: only a loss that can leave out the mean has them.
template <class Loss>
Tensor item_losses(Loss loss, Tensor const& prediction, Tensor const& target) {
  if constexpr (requires { loss.reduce; }) {
    loss.reduce = false;
    Tensor const losses = loss(prediction, target);
    // A loss per pixel or token becomes one per item.
    return losses.view({target.size(0), -1}).mean(1);
  } else {
    return {};
  }
}

template <class Learner, class Loader>
Predictions gather_predictions(Learner& learn, Loader& loader) {
  at::NoGradGuard const no_grad;
  bool const was_training = learn.model->is_training();
  learn.model->eval();
  std::vector<Tensor> preds, targs, losses;
  for (auto&& batch : loader) {
    learn.split(std::move(batch));
    Tensor const raw = learn.predict_batch();
    preds.push_back(activated(learn.loss_object(), raw).cpu());
    targs.push_back(static_cast<Tensor const&>(learn.y()).cpu());
    if (Tensor const each = item_losses(learn.loss_object(), raw, learn.y()); each.defined())
      losses.push_back(each.cpu());
  }
  learn.model->train(was_training);
  return {at::cat(preds), at::cat(targs), losses.empty() ? Tensor() : at::cat(losses)};
}

}  // namespace detail
}  // namespace fastxx
