#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fastxx {

/// A call of a layer, as the function of a HookCallback gets it.
///
/// Source:  own design
/// Example: examples/doc/activation_stats.cpp
struct LayerCall {
  std::size_t layer;        ///< which of the hooked modules, counted from 0
  std::string const& name;  ///< its name in the model, "0" or "body.conv"
  torch::nn::Module& module;
  Tensors const& inputs;   ///< none with `.grad`
  Tensors const& outputs;  ///< with `.grad` the gradients of the outputs
  TrainState const& learn;
};

/// Settings of HookCallback.
struct HookCallbackOptions {
  std::vector<ModuleRef> modules = {};  ///< empty: all layers that have parameters
  std::int64_t every = 0;               ///< each so many training batches; 0: all batches, those of validation as well
  bool include_paramless = false;       ///< of all layers those without parameters too
  bool grad = false;                    ///< gradients with respect to the outputs instead of the outputs
  bool detach = true;                   ///< keep no graph alive
  bool cpu = true;                      ///< move what the function gets to the CPU
};

namespace detail {

// The hooks of one fit, which owns them.
struct HookRun {
  std::vector<Hook<bool>> hooks = {};
  std::vector<ModuleRef> modules = {};
  std::vector<std::string> names = {};
  std::exception_ptr failure = {};
  bool listening = false;
};

// The layers of a model: modules without modules of their own, each once, in their order.
std::vector<ModuleRef> layers_of(torch::nn::Module& model, bool include_paramless);
// What each of them is called in the model; "" for the model itself and for strangers.
std::vector<std::string> names_in(torch::nn::Module const& model, std::vector<ModuleRef> const& modules);

}  // namespace detail

/// Calls a function at each forward of chosen layers while a fit runs:
/// `callbacks(HookCallback([&](LayerCall const& call) { ... }, {.every = 10}))`.
///
/// It hears what Hook hears. Nothing is heard in evaluations and in lr_find. The hooks go when the fit ends, however it
/// ends. What the function throws ends the fit like the error of any callback; a CancelException cancels.
/// Errors:  state_error [hook_callback.function], [hook_callback.every]; in fit those of Hook
/// Source:  fastai 2.7.18 callback/hook.py HookCallback; differs: `every` hears each so many batches and no others
/// Example: examples/doc/activation_stats.cpp
class HookCallback {
 public:
  static constexpr int order = CallbackOrder::hooks;

  explicit HookCallback(std::function<void(LayerCall const&)> function, HookCallbackOptions options = {});

  void before_fit(TrainState& learn);
  void before_batch(TrainState& learn);
  void after_pred(TrainState& learn);
  void after_backward(TrainState& learn);
  void after_batch(TrainState& learn);

  /// What the hooked layers are called, in the fit that runs.
  std::vector<std::string> names() const;
  /// Hear each so many training batches from the next one on.
  void set_every(std::int64_t every);

 private:
  bool is_due(TrainState const& learn) const;
  void attach(TrainState& learn, detail::HookRun& run) const;
  void rethrow(TrainState const& learn) const;

  std::function<void(LayerCall const&)> function_;
  HookCallbackOptions options_;
  std::weak_ptr<detail::HookRun> run_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/hook_callback.ipp>
#endif
