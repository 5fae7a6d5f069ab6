#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <concepts>

namespace fastxx {

/// The activation behind a normalisation.
enum class NormActivation { none, relu };

/// Settings of batch_norm_act: torch's own for batch_norm, and the activation.
struct BatchNormActOptions {
  bool training = true;  ///< statistics of the batch; false: the running ones
  double momentum = .1;  ///< share of this batch in the running statistics
  double eps = 1e-5;     ///< added to the variance
  NormActivation act = NormActivation::relu;
};

/// Batch normalisation and activation in one: on the CPU each direction reads its tensors from memory once where a channel
/// fits the cache, and the output of the normalisation alone is never written.
///
/// The numbers are those of at::batch_norm and relu to float32 rounding, running statistics included, whatever the number
/// of threads. Second derivatives are libtorch's.
/// Shapes:  x (N,C), (N,C,L), (N,C,H,W) or (N,C,D,H,W) -> same; the others (C), or undefined
/// Dtypes:  float32, contiguous or channels-last, on a CPU with AVX2; for everything else libtorch's operators are called
/// Errors:  c10::Error of at::batch_norm for shapes that do not fit and for one value per channel in training
/// Source:  own design; S. Ioffe and C. Szegedy, Batch Normalization, 2015
/// Example: examples/doc/batch_norm_act.cpp
Tensor batch_norm_act(Tensor const& x, Tensor const& weight, Tensor const& bias, Tensor const& running_mean,
                      Tensor const& running_var, BatchNormActOptions const& options = {});

namespace detail {

template <class Module>
concept BatchNormModule = std::same_as<Module, torch::nn::BatchNorm1dImpl> ||
    std::same_as<Module, torch::nn::BatchNorm2dImpl> || std::same_as<Module, torch::nn::BatchNorm3dImpl>;

// Whether somebody waits for what this layer alone gives.
bool norm_is_hooked(torch::nn::Module const& layer);

Tensor norm_act_layer(torch::nn::BatchNorm1dImpl& layer, Tensor const& x, NormActivation act);
Tensor norm_act_layer(torch::nn::BatchNorm2dImpl& layer, Tensor const& x, NormActivation act);
Tensor norm_act_layer(torch::nn::BatchNorm3dImpl& layer, Tensor const& x, NormActivation act);

// libtorch's activation.
Tensor activated(Tensor const& x, NormActivation act);

}  // namespace detail

/// The same with the tensors, the mode and the settings of a layer: `x = batch_norm_act(bn1, conv1(x))` in the place of
/// `x = torch::relu(bn1(conv1(x)))`, for a BatchNorm1d, 2d or 3d in any holder.
///
/// In a fastxx::Sequential nothing is to be done: there a BatchNorm before a ReLU runs so by itself. While the layer has a
/// hook, it runs alone, and the activation behind it.
/// Shapes:  those of the layer
/// Errors:  as the layer's forward
/// Source:  own design
/// Example: examples/doc/batch_norm_act.cpp
template <detail::ModuleLike Layer>
Tensor batch_norm_act(Layer const& layer, Tensor const& x, NormActivation act = NormActivation::relu) {
  constexpr bool known = detail::BatchNormModule<detail::module_type_t<Layer>>;
  static_assert(
      known, "fastxx::batch_norm_act(layer, x): 'layer' must be a torch::nn::BatchNorm1d, BatchNorm2d or BatchNorm3d");
  if constexpr (known) {
    auto& module = detail::module_of(const_cast<Layer&>(layer));
    if (detail::norm_is_hooked(module)) return detail::activated(fastxx::forward(module, x), act);
    return detail::norm_act_layer(module, x, act);
  }
}

namespace detail {

// Whether a layer of a Sequential is a batch norm as libtorch made it, and what comes behind it a ReLU: then both are one.
class NormActPair {
 public:
  NormActPair(torch::nn::AnyModule& layer, torch::nn::AnyModule* next);

  bool is_norm() const { return norm_ != nullptr; }
  bool takes_next() const { return act_ != NormActivation::none; }
  Tensor forward(Tensor const& input) const { return call_(*norm_, input, act_); }

 private:
  torch::nn::Module* norm_ = nullptr;
  Tensor (*call_)(torch::nn::Module& norm, Tensor const& input, NormActivation act) = nullptr;
  NormActivation act_ = NormActivation::none;
};

}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/batch_norm_act.ipp>
#endif
