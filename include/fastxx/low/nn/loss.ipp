#pragma once

#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/shape_text.hpp>

#include <utility>

namespace fastxx {

FASTXX_INLINE std::pair<Tensor, Tensor> flatten_check(Tensor const& prediction, Tensor const& target) {
  if (prediction.numel() != target.numel())
    throw tensor_error("flatten_check.numel",
                       {.call = "flatten_check",
                        .expected = "as many predictions as targets",
                        .got = {detail::shape_text(prediction.sizes()), " and ", detail::shape_text(target.sizes())},
                        .fix = "reduce the prediction (argmax) or reshape the target"});
  return {prediction.contiguous().view(-1), target.contiguous().view(-1)};
}

FASTXX_INLINE Tensor CrossEntropyLossFlat::operator()(Tensor const& prediction, Tensor const& target) const {
  Tensor flat = prediction;
  // Rows of scores are flat already; two views less save four calls of autograd in each step.
  if (prediction.dim() != 2 || (axis != -1 && axis != 1)) {
    // movedim, not transpose: the other axes must stay in the targets' order.
    Tensor const scores = prediction.movedim(axis, -1);
    flat = scores.reshape({-1, scores.size(-1)});
  }
  if (flat.size(0) != target.numel())
    throw tensor_error(
        "cross_entropy.shape",
        {.call = "CrossEntropyLossFlat",
         .expected = "one target per row of scores",
         .got = {detail::shape_text(prediction.sizes()), " and targets ", detail::shape_text(target.sizes())},
         .fix = "check the model's last layer, `axis` and what the labelling pipeline gives"});
  if (at::isFloatingType(target.scalar_type()) && !target.equal(target.floor()))
    throw tensor_error("cross_entropy.classes",
                       {.call = "CrossEntropyLossFlat",
                        .expected = "targets that are classes, whole numbers",
                        .got = "numbers with a fraction, or none",
                        .fix = "to learn numbers use MSELossFlat; to learn classes put Categorize{} into the targets' "
                               "pipeline"});
  if (weight.defined() && (weight.dim() != 1 || weight.size(0) != flat.size(1)))
    throw tensor_error("cross_entropy.weight", {.call = "CrossEntropyLossFlat",
                                                .expected = {"a weight for each of the ", flat.size(1), " classes"},
                                                .got = detail::shape_text(weight.sizes())});
  Tensor const classes = target.reshape(-1).to(at::kLong);
  Tensor const weights = weight.defined() ? weight.to(flat.options()) : weight;
  return detail::cross_entropy_loss(flat, classes, weights, reduce ? at::Reduction::Mean : at::Reduction::None,
                                    ignore_index, label_smoothing);
}

FASTXX_INLINE Tensor FocalLossFlat::operator()(Tensor const& prediction, Tensor const& target) const {
  CrossEntropyLossFlat const each{.axis = axis, .reduce = false, .weight = weight};
  Tensor const losses = each(prediction, target);
  Tensor const focal = losses.neg().exp().neg().add(1).pow(gamma).mul(losses);
  return reduce ? focal.mean() : focal;
}

FASTXX_INLINE Tensor L1LossFlat::operator()(Tensor const& prediction, Tensor const& target) const {
  auto const [guess, truth] = flatten_check(prediction, target);
  Tensor const distances = guess.sub(truth.to(guess.scalar_type())).abs();
  return reduce ? distances.mean() : distances;
}

namespace detail {
// Whether a tensor of the first shape may stand beside one of the second, dimension by dimension from the last.
inline bool expands_to(at::IntArrayRef shape, at::IntArrayRef wanted) {
  if (shape.size() > wanted.size()) return false;
  auto const skipped = wanted.size() - shape.size();
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != 1 && shape[i] != wanted[skipped + i]) return false;
  return true;
}

inline void require_class_weights(char const* name, Tensor const& weights, Tensor const& prediction) {
  if (!weights.defined() || expands_to(weights.sizes(), prediction.sizes())) return;
  throw tensor_error("bce.weights",
                     {.call = "BCEWithLogitsLossFlat",
                      .expected = {"a ", name, " for each class of scores ", shape_text(prediction.sizes())},
                      .got = shape_text(weights.sizes()),
                      .fix = "give as many as the targets have classes"});
}
}  // namespace detail

FASTXX_INLINE Tensor BCEWithLogitsLossFlat::operator()(Tensor const& prediction, Tensor const& target) const {
  auto [scores, truth] = flatten_check(prediction, target);
  if (weight.defined() || pos_weight.defined()) {  // of classes, so the rows must be there
    detail::require_class_weights("weight", weight, prediction);
    detail::require_class_weights("pos_weight", pos_weight, prediction);
    scores = prediction;
    truth = target.view(prediction.sizes());
  }
  auto const loss = detail::binary_cross_entropy_with_logits(scores, truth.to(scores.scalar_type()), weight, pos_weight,
                                                             reduce ? at::Reduction::Mean : at::Reduction::None);
  return loss.dim() > 0 ? loss.reshape(-1) : loss;
}

FASTXX_INLINE Tensor MSELossFlat::operator()(Tensor const& prediction, Tensor const& target) const {
  auto const [guess, truth] = flatten_check(prediction, target);
  Tensor const squares = guess.sub(truth.to(guess.scalar_type())).square();
  return reduce ? squares.mean() : squares;
}

}  // namespace fastxx
