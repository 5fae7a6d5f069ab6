#pragma once

#include <fastxx/mid/train/options.hpp>

namespace fastxx {

/// The memory format and the precision of a Learner, each by one switch, between fits.
///
/// Source:  fastai 2.7.18 callback/channelslast.py to_channelslast, to_contiguous, callback/fp16.py to_fp16, to_bf16, to_fp32
/// Example: examples/doc/precision.cpp
template <class Self>
class PrecisionSwitches {
 public:
  /// Train with the model's weights and the batches of pictures in channels-last order, from the next fit on; see
  /// ChannelsLast. This and the next one need <fastxx/mid/callbacks/channels_last.hpp>.
  ///
  /// Errors:  state_error [learner.in_fit], as all of these
  Self& to_channels_last() {
    self().refuse_inside_fit("to_channels_last");
    constexpr bool included = requires(Self & learn) { to_channels_last_of(learn); };
    static_assert(included, "fastxx::Learner::to_channels_last: #include <fastxx/mid/callbacks/channels_last.hpp>");
    if constexpr (included) to_channels_last_of(self());
    return self();
  }
  /// Back to the usual order, at once.
  Self& to_contiguous() {
    self().refuse_inside_fit("to_contiguous");
    constexpr bool included = requires(Self & learn) { to_contiguous_of(learn); };
    static_assert(included, "fastxx::Learner::to_contiguous: #include <fastxx/mid/callbacks/channels_last.hpp>");
    if constexpr (included) to_contiguous_of(self());
    return self();
  }

  /// Train, validate and predict with bfloat16 where it loses little, from the next fit on; see MixedPrecision. This and the
  /// next two need <fastxx/mid/callbacks/mixed_precision.hpp>. One takes the place of the other.
  Self& to_bf16() {
    self().refuse_inside_fit("to_bf16");
    constexpr bool included = requires(Self & learn) { to_bf16_of(learn); };
    static_assert(included, "fastxx::Learner::to_bf16: #include <fastxx/mid/callbacks/mixed_precision.hpp>");
    if constexpr (included) to_bf16_of(self());
    return self();
  }
  /// The same with float16, for a model on a GPU.
  ///
  /// Errors:  state_error [precision.fp16_cpu], [grad_scaler.options]; then all is as before
  Self& to_fp16(GradScalerOptions const& options = {}) {
    self().refuse_inside_fit("to_fp16");
    constexpr bool included = requires(Self & learn) { to_fp16_of(learn, options); };
    static_assert(included, "fastxx::Learner::to_fp16: #include <fastxx/mid/callbacks/mixed_precision.hpp>");
    if constexpr (included) to_fp16_of(self(), options);
    return self();
  }
  /// Back to what the tensors say.
  Self& to_fp32() {
    self().refuse_inside_fit("to_fp32");
    constexpr bool included = requires(Self & learn) { to_fp32_of(learn); };
    static_assert(included, "fastxx::Learner::to_fp32: #include <fastxx/mid/callbacks/mixed_precision.hpp>");
    if constexpr (included) to_fp32_of(self());
    return self();
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace fastxx
