#pragma once

#include <fastxx/low/torch/nn.hpp>
#include <memory>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Whether each module of a model is in training mode, to be put back whatever happens.
class ModelModes {
 public:
  explicit ModelModes(torch::nn::Module const& model) {
    for (auto const& part : model.modules()) modes_.emplace_back(part, part->is_training());
  }
  ~ModelModes() {
    for (auto const& [part, training] : modes_) part->train(training);  // parents come before their children
  }
  ModelModes(ModelModes const&) = delete;
  ModelModes& operator=(ModelModes const&) = delete;

 private:
  std::vector<std::pair<std::shared_ptr<torch::nn::Module>, bool>> modes_;
};

}  // namespace fastxx::detail
