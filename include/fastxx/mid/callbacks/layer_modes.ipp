#pragma once

#include <fastxx/low/torch/nn.hpp>
#include <fastxx/mid/callbacks/layer_modes.hpp>

namespace fastxx {

FASTXX_INLINE void BnFreeze::before_train(TrainState& learn) const {
  for (auto const& part : learn.module().modules()) {
    bool const norm = part->as<torch::nn::BatchNorm1dImpl>() || part->as<torch::nn::BatchNorm2dImpl>() ||
                      part->as<torch::nn::BatchNorm3dImpl>();
    if (!norm) continue;
    auto const parameters = part->parameters(/*recurse=*/false);
    if (!parameters.empty() && !parameters.front().requires_grad()) part->eval();
  }
}

FASTXX_INLINE void MCDropout::set_dropout(TrainState& learn, bool on) {
  for (auto const& part : learn.module().modules()) {
    if (part->as<torch::nn::DropoutImpl>() || part->as<torch::nn::Dropout2dImpl>() ||
        part->as<torch::nn::Dropout3dImpl>() || part->as<torch::nn::AlphaDropoutImpl>() ||
        part->as<torch::nn::FeatureAlphaDropoutImpl>())
      part->train(on);
  }
}

}  // namespace fastxx
