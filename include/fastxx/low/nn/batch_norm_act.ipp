#pragma once

#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/detail/norm_kernels.hpp>
#include <fastxx/low/nn/detail/operator_watch.hpp>
#include <fastxx/low/torch/autograd.hpp>
#include <fastxx/low/torch/native_ops.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE Tensor activated(Tensor const& x, NormActivation act) {
  return act == NormActivation::relu ? x.relu() : x;
}

inline Tensor torch_norm_act(Tensor const& x, Tensor const& weight, Tensor const& bias, Tensor const& running_mean,
                             Tensor const& running_var, BatchNormActOptions const& options) {
  return activated(at::batch_norm(x, weight, bias, running_mean, running_var, options.training, options.momentum,
                                  options.eps, at::globalContext().userEnabledCuDNN()),
                   options.act);
}

// The memory formats whose numbers the kernels know how to walk.
inline bool is_channels_last(Tensor const& x) {
  return (x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast)) ||
         (x.dim() == 5 && x.is_contiguous(at::MemoryFormat::ChannelsLast3d));
}

inline NormShape norm_shape(Tensor const& x) {
  std::int64_t const channels = x.size(1);
  if (!x.is_contiguous()) return {x.numel() / channels, channels, 1};
  return {x.size(0), channels, x.numel() / (x.size(0) * channels)};
}

inline bool plain_floats(Tensor const& x) {
  return x.layout() == at::kStrided && x.device().is_cpu() && x.scalar_type() == at::kFloat && !x.is_neg() &&
         !x._fw_grad(0).defined();  // tangents of forward-mode differentiation are libtorch's
}

// Of the tensors with one number for each channel; undefined ones are none.
inline bool plain_channel_floats(Tensor const& x, std::int64_t channels) {
  return !x.defined() || (plain_floats(x) && x.dim() == 1 && x.size(0) == channels && x.is_contiguous());
}

inline bool kernels_know(Tensor const& x, Tensor const& weight, Tensor const& bias, Tensor const& running_mean,
                         Tensor const& running_var, BatchNormActOptions const& options) {
  if (norm_lanes() == 0 || !x.defined() || !plain_floats(x) || x.dim() < 2 || x.numel() == 0) return false;
  if (!x.is_contiguous() && !is_channels_last(x)) return false;
  if (c10::impl::tls_is_dispatch_key_included(c10::DispatchKey::Tracer)) return false;
  if (options.training && x.numel() == x.size(1)) return false;       // refused in libtorch's words
  if (running_mean.defined() != running_var.defined()) return false;  // so is that
  if (!options.training && !running_mean.defined()) return false;     // and that
  auto const fits = [&](Tensor const& tensor) { return plain_channel_floats(tensor, x.size(1)); };
  return fits(weight) && fits(bias) && fits(running_mean) && fits(running_var);
}

inline float* floats_of(Tensor const& x) { return x.defined() ? x.data_ptr<float>() : nullptr; }

// Beside y what the backward pass needs: mean and 1/std of each channel.
struct NormActResult {
  Tensor y, mean, inverse_std;
};

inline NormActResult run_norm_forward(Tensor const& x, Tensor const& weight, Tensor const& bias,
                                      Tensor const& running_mean, Tensor const& running_var,
                                      BatchNormActOptions const& options) {
  NormActResult result{at::empty_like(x), {}, {}};
  if (options.training) {
    result.mean = at::empty({x.size(1)}, x.options());
    result.inverse_std = at::empty({x.size(1)}, x.options());
  } else {
    result.mean = running_mean.detach().clone();  // a backward pass may come when the running ones have gone on
    result.inverse_std = (running_var.detach() + options.eps).rsqrt();
  }
  bool const follows = options.training && running_mean.defined();
  norm_forward({.shape = norm_shape(x),
                .relu = options.act == NormActivation::relu,
                .x = floats_of(x),
                .y = floats_of(result.y),
                .weight = floats_of(weight),
                .bias = floats_of(bias),
                .mean = floats_of(result.mean),
                .inverse_std = floats_of(result.inverse_std),
                .running_mean = follows ? floats_of(running_mean) : nullptr,
                .running_var = follows ? floats_of(running_var) : nullptr,
                .batch_statistics = options.training,
                .momentum = options.momentum,
                .eps = options.eps});
  if (follows) running_mean.unsafeGetTensorImpl()->bump_version(), running_var.unsafeGetTensorImpl()->bump_version();
  return result;
}

// The way back. A node of autograd's own kind: what Function keeps in tables for its users costs more than a small layer.
class NormActBackward : public torch::autograd::Node {
 public:
  using Variables = torch::autograd::variable_list;

  NormActBackward(Tensor const& x, Tensor const& weight, Tensor const& bias, NormActResult const& result,
                  BatchNormActOptions const& options)
      : Node(torch::autograd::collect_next_edges(x, weight, bias)),
        saved_{save(x), save(weight), save(bias)},
        mean_(result.mean),
        inverse_std_(result.inverse_std),
        training_(options.training),
        eps_(options.eps),
        act_(options.act) {}

  Variables apply(Variables&& grads) override {
    std::lock_guard const lock(mutex_);  // a graph may be gone through by two threads
    std::array<Tensor, 3> const saved{saved_[0].unpack(), saved_[1].unpack(), saved_[2].unpack()};
    if (!grads[0].defined()) return Variables(3);
    return at::GradMode::is_enabled() ? again(saved, grads[0]) : first(saved, grads[0]);
  }
  void release_variables() override {
    std::lock_guard const lock(mutex_);
    for (auto& variable : saved_) variable.reset_data();
  }
  std::string name() const override { return "NormActBackward"; }

 private:
  using Saved = torch::autograd::SavedVariable;
  static Saved save(Tensor const& tensor) { return Saved(tensor, /*is_output=*/false); }

  bool wants(std::size_t i) const { return task_should_compute_output(i); }

  Variables first(std::array<Tensor, 3> const& saved, Tensor const& grad_y) const {
    auto const& x = saved[0];
    auto const grad = grad_y.resolve_neg().to(x.options()).contiguous(x.suggest_memory_format());
    Variables made(3);
    for (std::size_t i = 0; i < 3; ++i)
      if (wants(i)) made[i] = at::empty_like(saved[i]);
    norm_backward({.shape = norm_shape(x),
                   .relu = act_ == NormActivation::relu,
                   .x = floats_of(x),
                   .grad = floats_of(grad),
                   .grad_x = floats_of(made[0]),
                   .weight = floats_of(saved[1]),
                   .bias = floats_of(saved[2]),
                   .mean = floats_of(mean_),
                   .inverse_std = floats_of(inverse_std_),
                   .grad_weight = floats_of(made[1]),
                   .grad_bias = floats_of(made[2]),
                   .batch_statistics = training_});
    return made;
  }

  // Somebody will differentiate the gradients: they are made by operators that know how.
  Variables again(std::array<Tensor, 3> const& saved, Tensor const& grad_y) const {
    Tensor const mean = training_ ? Tensor() : mean_;
    Tensor const variance = training_ ? Tensor() : inverse_std_.square().reciprocal() - eps_;
    // Aliases: one of the three may be made from another one, and its gradient is not for us to follow there.
    std::array<Tensor, 3> given = saved;
    Variables made(3), inputs;
    for (std::size_t i = 0; i < 3; ++i)
      if (wants(i)) inputs.push_back(given[i] = saved[i].view_as(saved[i]));
    // Past the dispatcher: after fuse_norm_act it would lead here again.
    auto const y = activated(at::native::batch_norm(given[0], given[1], given[2], mean, variance, training_, 0, eps_,
                                                    /*cudnn_enabled=*/false),
                             act_);
    auto const gradients = torch::autograd::grad({y}, inputs, {grad_y}, c10::nullopt, true);
    for (std::size_t i = 0, next = 0; i < 3; ++i)
      if (wants(i)) made[i] = gradients[next++];
    return made;
  }

  std::array<Saved, 3> saved_;  // x, weight, bias
  Tensor mean_, inverse_std_;   // of each channel
  bool training_;
  double eps_;
  NormActivation act_;
};

FASTXX_INLINE bool norm_is_hooked(torch::nn::Module const& layer) {
  if (OperatorWatches::of_this_thread().any()) return true;
  return hooked_modules.load(std::memory_order_relaxed) != 0 && !HookRegistry::instance().find(&layer).empty();
}

// An operator for one number would cost more than a small layer's arithmetic.
inline double count_batch(Tensor& batches) {
  if (!batches.device().is_cpu() || batches.scalar_type() != at::kLong) {
    batches += 1;
    return batches.item<double>();
  }
  batches.unsafeGetTensorImpl()->bump_version();
  return static_cast<double>(++*batches.data_ptr<std::int64_t>());
}

// A layer's forward as libtorch has it (batchnorm.h), with the activation.
template <class BatchNorm>
Tensor norm_act_of(BatchNorm& layer, Tensor const& x, NormActivation act, bool right_dims) {
  auto const& settings = layer.options;
  bool const training = layer.is_training() || !settings.track_running_stats();
  BatchNormActOptions options{training, settings.momentum().value_or(0), settings.eps(), act};
  if (!right_dims || !kernels_know(x, layer.weight, layer.bias, layer.running_mean, layer.running_var, options))
    return activated(layer.forward(x), act);
  if (layer.is_training() && settings.track_running_stats() && layer.num_batches_tracked.defined()) {
    auto const batches = count_batch(layer.num_batches_tracked);
    if (!settings.momentum()) options.momentum = 1 / batches;
  }
  return batch_norm_act(x, layer.weight, layer.bias, layer.running_mean, layer.running_var, options);
}

inline bool dims_between(Tensor const& x, std::int64_t least, std::int64_t most) {
  return x.defined() && x.dim() >= least && x.dim() <= most;
}

FASTXX_INLINE Tensor norm_act_layer(torch::nn::BatchNorm1dImpl& layer, Tensor const& x, NormActivation act) {
  return norm_act_of(layer, x, act, dims_between(x, 2, 3));
}
FASTXX_INLINE Tensor norm_act_layer(torch::nn::BatchNorm2dImpl& layer, Tensor const& x, NormActivation act) {
  return norm_act_of(layer, x, act, dims_between(x, 4, 4));
}
FASTXX_INLINE Tensor norm_act_layer(torch::nn::BatchNorm3dImpl& layer, Tensor const& x, NormActivation act) {
  return norm_act_of(layer, x, act, dims_between(x, 5, 5));
}

FASTXX_INLINE NormActPair::NormActPair(torch::nn::AnyModule& layer, torch::nn::AnyModule* next) {
  using namespace torch::nn;
  auto const try_norm = [&]<class BatchNorm>(std::type_identity<BatchNorm>) {
    if (layer.type_info() != typeid(BatchNorm)) return;
    norm_ = layer.ptr().get();
    call_ = [](torch::nn::Module& norm, Tensor const& x, NormActivation act) {
      return norm_act_layer(dynamic_cast<BatchNorm&>(norm), x, act);
    };
  };
  try_norm(std::type_identity<BatchNorm2dImpl>{});
  try_norm(std::type_identity<BatchNorm1dImpl>{});
  try_norm(std::type_identity<BatchNorm3dImpl>{});
  if (!norm_ || !next) return;
  if (next->type_info() == typeid(ReLUImpl)) act_ = NormActivation::relu;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Tensor batch_norm_act(Tensor const& x, Tensor const& weight, Tensor const& bias,
                                    Tensor const& running_mean, Tensor const& running_var,
                                    BatchNormActOptions const& options) {
  if (!detail::kernels_know(x, weight, bias, running_mean, running_var, options))
    return detail::torch_norm_act(x, weight, bias, running_mean, running_var, options);
  auto const wants = [](Tensor const& tensor) { return tensor.defined() && tensor.requires_grad(); };
  if (!at::GradMode::is_enabled() || !(wants(x) || wants(weight) || wants(bias)))
    return detail::run_norm_forward(x, weight, bias, running_mean, running_var, options).y;
  auto result = detail::run_norm_forward(x, weight, bias, running_mean, running_var, options);
  std::shared_ptr<detail::NormActBackward> const node(new detail::NormActBackward(x, weight, bias, result, options),
                                                      torch::autograd::deleteNode);
  torch::autograd::impl::set_gradient_edge(result.y, {node, node->add_input_metadata(result.y)});
  return result.y;
}

}  // namespace fastxx
