#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/detail/attach.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/module_ref.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Settings of a hook.
struct HookOptions {
  std::optional<ModuleRef> in = {};  ///< the model the module is a part of; needed for a layer without a weight
  bool grad = false;                 ///< gradients with respect to the outputs instead of the outputs
  bool detach = true;                ///< keep no graph alive
  bool cpu = false;                  ///< move what is stored to the CPU
  bool clone = false;                ///< copy, so that a later in-place layer does not overwrite what is stored
};

namespace detail {

Tensors prepared(Tensors tensors, HookOptions const& options);

// `take` gets the gradients as they arrive; outputs that need none stay undefined.
template <class Take>
void on_gradients(Tensors const& outputs, Take const& take) {
  auto const gradients = std::make_shared<Tensors>(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].requires_grad())
      outputs[i].register_hook([gradients, i, take](Tensor const& gradient) {
        (*gradients)[i] = gradient;
        take(*gradients);
      });
}

// What a hook function returns; a stand-in when it cannot be called, for the constructor to say so.
template <class Function>
consteval auto hook_result() {
  if constexpr (std::invocable<Function&, torch::nn::Module&, Tensors const&, Tensors const&>)
    return std::type_identity<
        std::decay_t<std::invoke_result_t<Function&, torch::nn::Module&, Tensors const&, Tensors const&>>>{};
  else
    return std::type_identity<int>{};
}
template <class Function>
using HookResult = typename decltype(hook_result<Function>())::type;

[[noreturn]] void nothing_stored(torch::nn::Module const& module, HookOptions const& options);

// What a hook keeps of the inputs and outputs of a call, to notice that somebody wrote over it.
class KeptVersions {
 public:
  KeptVersions() = default;
  KeptVersions(Tensors const& stored, Tensors const& inputs, Tensors const& outputs);
  void require_unchanged(torch::nn::Module const& module) const;

 private:
  Tensors sources_{};  // those that share memory with what is stored
  std::vector<std::int64_t> versions_{};
};

struct KeepOutputs {
  Tensors operator()(torch::nn::Module&, Tensors const&, Tensors const& outputs) const { return outputs; }
};

}  // namespace detail

/// Runs `function(module, inputs, outputs)` after each forward of a module and keeps what it returns, until the hook
/// goes out of scope.
///
/// With `.grad` the function gets no inputs, and gradients as outputs. What can be heard: a torch or fastxx Sequential,
/// whoever calls it; layers of a Sequential and each Child of a fastxx::Module, given `.in`; Linear, Conv, BatchNorm,
/// LayerNorm, GroupNorm, Embedding and Bilinear in any code, from their operator, in the thread that made the hook;
/// anything called with fastxx::forward. While a layer of a Sequential is hooked, `at<T>(i)` of that layer fails.
/// The inputs are those the module was given, also when it works in place; for that they are copied before each call.
/// Errors:  state_error [hook.unreachable], [hook.not_in_model], [hook.empty_sequential], [hook.nothing_stored],
///          [hook.overwritten] when what the function returned are inputs or outputs (alone, or in a tuple, list or
///          optional) and an in-place layer has written over them; what the function throws reaches the caller of
///          forward, or of stored() where libtorch is in between
/// Source:  fastai 2.7.18 callback/hook.py Hook; differs: `grad` is its `is_forward=False`, inputs are not overwritten
/// Example: examples/doc/hooks.cpp
template <class Stored>
class Hook {
 public:
  template <class Function>
  Hook(ModuleRef module, Function function, HookOptions options = {})
      : module_(std::move(module)), options_(std::move(options)), state_(std::make_shared<State>()) {
    static_assert(std::invocable<Function&, torch::nn::Module&, Tensors const&, Tensors const&>,
                  "fastxx::Hook(module, function): 'function' must take (torch::nn::Module&, Tensors const& inputs, "
                  "Tensors const& outputs)");
    if constexpr (std::invocable<Function&, torch::nn::Module&, Tensors const&, Tensors const&>) {
      auto const hook = std::make_shared<detail::ForwardHook>();
      hook->after = after(std::move(function));
      hook->reads_inputs = !options_.grad && !std::is_same_v<Function, detail::KeepOutputs>;
      attachment_ = detail::attach(*module_, options_.in ? **options_.in : *module_, hook);
      state_->hook = hook;
    }
  }
  Hook(Hook&&) noexcept = default;
  Hook& operator=(Hook&&) noexcept = default;
  ~Hook() { remove(); }

  bool has_stored() const { return state_->value.has_value(); }
  /// What the function returned at the last call.
  Stored const& stored() const {
    if (state_->hook && state_->hook->failure) std::rethrow_exception(state_->hook->failure);
    if (!has_stored()) detail::nothing_stored(*module_, options_);
    state_->versions.require_unchanged(*module_);
    return *state_->value;
  }
  /// Take the hook off the model; what is stored stays.
  void remove() {
    if (state_) state_->active = false;
    attachment_.detach();
  }
  bool removed() const { return !state_->active; }
  torch::nn::Module& module() const { return *module_; }
  HookOptions const& options() const { return options_; }

 private:
  struct State {
    std::optional<Stored> value{};
    detail::KeptVersions versions{};
    bool active = true;  // a graph made while the hook was on may be run backward after it
    std::shared_ptr<detail::ForwardHook> hook{};
  };

  template <class Function>
  auto after(Function function) {
    return [weak = std::weak_ptr<State>(state_), shared = std::make_shared<Function>(std::move(function)),
            options = plain_options()](torch::nn::Module& module, Tensors const& inputs, Tensors const& outputs) {
      auto const take = [weak, shared, options, &module](Tensors const& given, Tensors const& made) {
        auto const state = weak.lock();
        if (!state || !state->active) return;
        auto const in = detail::prepared(given, options), out = detail::prepared(made, options);
        state->value.emplace((*shared)(module, in, out));
        state->versions = detail::KeptVersions(detail::tensors_in(*state->value), in, out);
      };
      if (options.grad)
        detail::on_gradients(outputs, [take](Tensors const& gradients) { take({}, gradients); });
      else
        take(inputs, outputs);
    };
  }
  HookOptions plain_options() const {  // without the model: the hook hangs in it and must not keep it alive
    auto copy = options_;
    copy.in.reset();
    return copy;
  }

  ModuleRef module_;
  HookOptions options_;
  std::shared_ptr<State> state_;
  detail::Attachment attachment_{};
};
template <class Function>
Hook(ModuleRef, Function) -> Hook<detail::HookResult<Function>>;
template <class Function>
Hook(ModuleRef, Function, HookOptions) -> Hook<detail::HookResult<Function>>;

/// The hook that hook_output gives: keeps the module's last output, or the gradient of it.
///
/// Errors:  those of Hook, and state_error [hook.several_outputs]
/// Source:  fastai 2.7.18 callback/hook.py hook_output
/// Example: examples/doc/hooks.cpp
class OutputHook {
 public:
  OutputHook(ModuleRef module, HookOptions options = {});

  /// The output of a module that gives one tensor.
  Tensor stored() const;
  /// All tensors of the output, in their order.
  Tensors const& stored_tensors() const { return hook_.stored(); }
  bool has_stored() const { return hook_.has_stored(); }
  void remove() { hook_.remove(); }
  bool removed() const { return hook_.removed(); }

 private:
  Hook<Tensors> hook_;
};

/// Several hooks, removed together.
///
/// Source:  fastai 2.7.18 callback/hook.py Hooks
/// Example: examples/doc/hooks.cpp
template <class H>
class Hooks {
 public:
  explicit Hooks(std::vector<H> hooks) : hooks_(std::move(hooks)) {}

  H const& operator[](std::size_t i) const { return hooks_.at(i); }
  std::size_t size() const { return hooks_.size(); }
  auto begin() const { return hooks_.begin(); }
  auto end() const { return hooks_.end(); }
  /// What each of them stored.
  auto stored() const {
    std::vector<std::decay_t<decltype(hooks_.front().stored())>> all;
    for (auto const& hook : hooks_) all.push_back(hook.stored());
    return all;
  }
  void remove() {
    for (auto& hook : hooks_) hook.remove();
  }

 private:
  std::vector<H> hooks_;
};

/// Keep the output of a module (`.grad`: its gradient) for as long as the result lives:
/// `auto hook = hook_output(model[0], {.in = model}); forward(model, x); hook.stored()`.
///
/// Errors:  those of Hook and OutputHook
/// Source:  fastai 2.7.18 callback/hook.py hook_output
/// Example: examples/doc/hooks.cpp
OutputHook hook_output(ModuleRef module, HookOptions options = {});

/// Keep the outputs of several modules: `hook_outputs({model->conv, model->fc})`, `hook_outputs(model->children(), {.in =
/// model})`. When one cannot be hooked, none is.
///
/// Source:  fastai 2.7.18 callback/hook.py hook_outputs
/// Example: examples/doc/hooks.cpp
Hooks<OutputHook> hook_outputs(std::vector<ModuleRef> const& modules, HookOptions const& options = {});
template <std::ranges::input_range Modules>
Hooks<OutputHook> hook_outputs(Modules const& modules, HookOptions const& options = {}) {
  return hook_outputs(std::vector<ModuleRef>(std::ranges::begin(modules), std::ranges::end(modules)), options);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/hooks.ipp>
#endif
