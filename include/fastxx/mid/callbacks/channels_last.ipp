#pragma once

#include <fastxx/mid/callbacks/channels_last.hpp>

namespace fastxx {

FASTXX_INLINE void ChannelsLast::set_format(torch::nn::Module& model, at::MemoryFormat format) {
  auto const change = [format](Tensor tensor) {
    // Another tensor in its place would be unknown to the optimizer: the same one gets other memory.
    if (tensor.defined() && tensor.dim() == 4 && !tensor.is_contiguous(format))
      tensor.set_data(tensor.detach().contiguous(format));
  };
  for (auto const& parameter : model.parameters()) change(parameter);
  for (auto const& buffer : model.buffers()) change(buffer);
}

FASTXX_INLINE void ChannelsLast::reorder(Tensor& input) {
  if (input.defined() && input.dim() == 4) input = input.contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace fastxx
