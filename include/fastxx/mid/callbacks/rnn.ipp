#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/carries_state.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/callbacks/rnn.hpp>

#include <string>

namespace fastxx {

FASTXX_INLINE void ModelResetter::reset(TrainState& learn) {
  bool any = false;
  for (auto const& part : learn.module().modules())
    if (auto* const carrier = dynamic_cast<CarriesState*>(part.get())) carrier->reset_state(), any = true;
  if (!any)
    throw state_error("model_resetter.none", {.call = "ModelResetter",
                                              .expected = "a model with a part that derives from fastxx::CarriesState",
                                              .got = "none in " + learn.module().name(),
                                              .fix = "derive the recurrent module from it as well, or leave this out"});
}

FASTXX_INLINE RNNRegularizer::RNNRegularizer(double alpha, double beta) : alpha_(alpha), beta_(beta) {
  if (!(alpha >= 0 && beta >= 0))
    throw state_error("rnn_regularizer.options", {.call = "RNNRegularizer",
                                                  .expected = "an alpha and a beta of 0 or more",
                                                  .got = std::to_string(alpha) + " and " + std::to_string(beta)});
}

FASTXX_INLINE void RNNRegularizer::after_loss(TrainState& learn) {
  if (!learn.training || !learn.has_loss() || (alpha_ == 0 && beta_ == 0)) return;
  auto const* const rnn = learn.get_cb<RNNCallback>();
  if (!rnn || !rnn->raw_out.defined() || !rnn->out.defined())
    throw state_error("rnn_regularizer.no_outputs", {.call = "RNNRegularizer",
                                                     .expected = "the outputs that RNNCallback keeps",
                                                     .got = rnn ? "an empty list of them" : "no RNNCallback",
                                                     .fix = "give fit rnn_cbs(alpha, beta), which has both"});
  if (alpha_ > 0) learn.loss_grad = learn.loss_grad + alpha_ * rnn->out.to(at::kFloat).pow(2).mean();
  if (beta_ == 0) return;
  auto const& h = rnn->raw_out;
  if (h.dim() < 2)
    throw tensor_error("rnn_regularizer.shape", {.call = "RNNRegularizer",
                                                 .expected = "outputs of shape (items, steps in time, numbers)",
                                                 .got = detail::shape_text(h.sizes())});
  if (h.size(1) < 2) return;
  auto const difference = h.slice(1, 1) - h.slice(1, 0, -1);
  learn.loss_grad = learn.loss_grad + beta_ * difference.to(at::kFloat).pow(2).mean();
}

}  // namespace fastxx
