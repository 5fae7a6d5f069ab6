#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <tuple>
#include <type_traits>

namespace fastxx {

/// Trains with the model's 4-d parameters and buffers, and the 4-d inputs of each batch, in channels-last memory format:
/// the channels of a pixel side by side, as the faster kernels for convolutions want them. Values, shapes and saved files
/// are the same; sums may be rounded another way. The format stays when the fit is over; learn.to_contiguous() takes it
/// back. A model's own `view` of what a convolution gave may refuse that order: write `flatten` or `reshape`.
///
/// Shapes:  inputs (N,C,H,W); all others are left alone
/// Source:  fastai 2.7.18 callback/channelslast.py ChannelsLast; differs: inputs too, and without mixed precision unless
///          that is asked for
/// Example: examples/doc/precision.cpp
class ChannelsLast {
 public:
  static constexpr int order = CallbackOrder::channels_last;

  void before_fit(TrainState& learn) const { set_format(learn.module(), at::MemoryFormat::ChannelsLast); }

  void before_batch(auto& learn) const {
    auto const one = [](auto& element) {
      if constexpr (std::is_base_of_v<Tensor, std::decay_t<decltype(element)>>) reorder(element);
    };
    std::apply([&](auto&... element) { (one(element), ...); }, learn.xb);
  }

  /// What before_fit does to a model: all its 4-d parameters and buffers in this format. They stay the same tensors, for
  /// an optimizer too; what else shares their memory does so no longer.
  static void set_format(torch::nn::Module& model, at::MemoryFormat format);

 private:
  static void reorder(Tensor& input);
};

template <class Learner>
void to_channels_last_of(Learner& learn) {
  learn.template remove_cb<ChannelsLast>();
  learn.add_cb(ChannelsLast());
}

template <class Learner>
void to_contiguous_of(Learner& learn) {
  learn.template remove_cb<ChannelsLast>();
  ChannelsLast::set_format(learn.module(), at::MemoryFormat::Contiguous);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/channels_last.ipp>
#endif
