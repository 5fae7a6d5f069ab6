#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <memory>

namespace fastxx {

/// torch's Sequential with a plain `forward`, so that one can be a layer of another; indexing, iterating and printing
/// are torch's.
///
/// A BatchNorm and the ReLU behind it run as one (see batch_norm_act), unless one of them has a hook.
/// Shapes:  what its layers take and give
/// Source:  PyTorch nn.Sequential; libtorch's own cannot be nested because its forward is a template
/// Example: examples/doc/layers.cpp
class SequentialImpl : public torch::nn::SequentialImpl {
 public:
  using torch::nn::SequentialImpl::SequentialImpl;

  Tensor forward(Tensor input);

  std::shared_ptr<torch::nn::Module> clone(c10::optional<torch::Device> const& device = c10::nullopt) const override;
};

/// Handle to a SequentialImpl: `Sequential(ConvLayer(1, 8), torch::nn::Flatten())`.
class Sequential : public torch::nn::ModuleHolder<SequentialImpl> {
 public:
  using torch::nn::ModuleHolder<SequentialImpl>::ModuleHolder;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/sequential.ipp>
#endif
