#pragma once

#include <cstddef>
#include <fastxx/low/torch/nn.hpp>
#include <memory>

namespace fastxx {

/// torch's Sequential with a plain `forward`, so that one can be a layer of another; indexing, iterating and printing
/// are torch's.
///
/// Shapes:  what its layers take and give
/// Source:  PyTorch nn.Sequential; libtorch's own cannot be nested because its forward is a template
/// Example: examples/doc/layers.cpp
class SequentialImpl : public torch::nn::SequentialImpl {
 public:
  using torch::nn::SequentialImpl::SequentialImpl;

  Tensor forward(Tensor input) { return torch::nn::SequentialImpl::forward(std::move(input)); }

  std::shared_ptr<torch::nn::Module> clone(c10::optional<torch::Device> const& device = c10::nullopt) const override {
    auto copy = std::make_shared<SequentialImpl>();
    auto const names = named_children().keys();  // torch's own clone numbers the layers anew, and states no longer fit
    std::size_t i = 0;
    for (auto const& layer : *this) copy->push_back(names[i++], layer.clone(device));
    return copy;
  }
};

/// Handle to a SequentialImpl: `Sequential(ConvLayer(1, 8), torch::nn::Flatten())`.
class Sequential : public torch::nn::ModuleHolder<SequentialImpl> {
 public:
  using torch::nn::ModuleHolder<SequentialImpl>::ModuleHolder;
};

}  // namespace fastxx
