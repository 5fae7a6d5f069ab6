#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Whether each module of a model is in training mode, to be put back whatever happens.
class ModelModes {
 public:
  explicit ModelModes(torch::nn::Module const& model);
  ~ModelModes();
  ModelModes(ModelModes const&) = delete;
  ModelModes& operator=(ModelModes const&) = delete;

 private:
  std::vector<std::pair<std::shared_ptr<torch::nn::Module>, bool>> modes_;
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/nn/modes.ipp>
#endif
