#pragma once

#include <fastxx/low/nn/modes.hpp>

namespace fastxx::detail {

FASTXX_INLINE ModelModes::ModelModes(torch::nn::Module const& model) {
  for (auto const& part : model.modules()) modes_.emplace_back(part, part->is_training());
}

FASTXX_INLINE ModelModes::~ModelModes() {
  for (auto const& [part, training] : modes_) part->train(training);  // parents come before their children
}

}  // namespace fastxx::detail
