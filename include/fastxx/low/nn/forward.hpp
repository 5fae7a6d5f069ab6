#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fastxx {

/// The tensors among the arguments or the results of a call, in their order; tuples, lists and optionals are opened.
using Tensors = std::vector<Tensor>;

namespace detail {

template <class X>
void collect_tensors(Tensors& found, X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>) {
    found.push_back(x);
  } else if constexpr (requires { std::tuple_size<X>::value; }) {
    std::apply([&](auto const&... element) { (collect_tensors(found, element), ...); }, x);
  } else if constexpr (requires {
                         typename X::value_type;
                         x.begin() != x.end();
                       }) {
    if constexpr (!std::is_same_v<typename X::value_type, X>)
      for (auto const& element : x) collect_tensors(found, element);
  } else if constexpr (requires { x.has_value(), x.value(); }) {
    if (x.has_value()) collect_tensors(found, x.value());
  }
}

template <class... X>
Tensors tensors_in(X const&... x) {
  Tensors found;
  (collect_tensors(found, x), ...);
  return found;
}

// What runs around the forward of one module; either function may be empty.
struct ForwardHook {
  std::function<void(torch::nn::Module&, Tensors const& inputs)> before = {};
  std::function<void(torch::nn::Module&, Tensors const& inputs, Tensors const& outputs)> after = {};
  std::exception_ptr failure = {};  // what it threw where an exception cannot pass
  bool reads_inputs = false;        // `after` wants them as they were before the call
};
using ForwardHooks = std::vector<std::shared_ptr<ForwardHook>>;

// How often a tensor was written to; 0 for those that do not count it.
std::int64_t version_of(Tensor const& tensor);

// What a call was given, as it was before the call: a module that works in place writes over it.
class CallInputs {
 public:
  CallInputs() = default;
  // With copies, when one of these hooks reads inputs.
  CallInputs(ForwardHooks const& hooks, Tensors tensors);

  Tensors const& tensors() const { return tensors_; }
  // The tensors themselves, but the copies of those that were written to.
  Tensors as_given() const;

 private:
  Tensors tensors_{}, copies_{};
  std::vector<std::int64_t> versions_{};
};

void run_before(ForwardHooks const& hooks, torch::nn::Module& module, Tensors const& inputs);
void run_after(ForwardHooks const& hooks, torch::nn::Module& module, CallInputs const& inputs, Tensors const& outputs);

// How many modules of the program have hooks that fastxx::forward must look for.
inline constinit std::atomic<int> hooked_modules{0};

// The hooks of modules that are called through fastxx::forward. Owns no module: who adds a hook removes it before the
// module dies.
class HookRegistry {
 public:
  static HookRegistry& instance();

  void add(torch::nn::Module const* module, std::shared_ptr<ForwardHook> hook);
  void remove(torch::nn::Module const* module, ForwardHook const* hook);
  ForwardHooks find(torch::nn::Module const* module);

 private:
  std::mutex mutex_{};
  std::unordered_map<torch::nn::Module const*, ForwardHooks> hooks_{};
};

template <class Module, class... Arguments>
[[gnu::noinline]] decltype(auto) hooked_forward(Module& module, Arguments&&... arguments) {
  auto const hooks = HookRegistry::instance().find(&module);
  auto const inputs = hooks.empty() ? CallInputs() : CallInputs(hooks, tensors_in(arguments...));
  run_before(hooks, module, inputs.tensors());
  if constexpr (std::is_void_v<decltype(module.forward(std::forward<Arguments>(arguments)...))>) {
    module.forward(std::forward<Arguments>(arguments)...);
    run_after(hooks, module, inputs, {});
  } else {
    decltype(auto) result = module.forward(std::forward<Arguments>(arguments)...);
    if (!hooks.empty()) run_after(hooks, module, inputs, tensors_in(result));
    return result;
  }
}

// Models and losses take plain tensors unless an element is no tensor at all.
template <class X>
decltype(auto) as_model_input(X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>)
    return static_cast<Tensor const&>(x);
  else
    return (x);
}
template <class X>
using model_input_t = std::decay_t<decltype(as_model_input(std::declval<X const&>()))>;

}  // namespace detail

/// Call a module so that its hooks run: `forward(model, x)` is `model->forward(x)`, with what hook_output and
/// PatchManager have attached to it.
///
/// libtorch's `forward` is not virtual and has no hooks, so a call written `model->forward(x)` cannot be intercepted;
/// this one can. Without any hook in the program it costs one load and a branch.
/// Runs:    hooks in the calling thread, in the order they were attached
/// Source:  own design
/// Example: examples/doc/hooks.cpp
template <class Callee, class... Arguments>
decltype(auto) forward(Callee&& callee, Arguments&&... arguments) {
  constexpr bool is_module = detail::ModuleLike<Callee>;
  static_assert(is_module,
                "fastxx::forward(module, arguments...): 'module' must be a torch::nn::Module, a module holder such as "
                "torch::nn::Linear, or a shared_ptr to a module");
  if constexpr (is_module) {
    constexpr bool takes = requires(detail::module_type_t<Callee> & module) {
      module.forward(std::forward<Arguments>(arguments)...);
    };
    static_assert(takes,
                  "fastxx::forward(module, arguments...): this module has no forward that takes these arguments");
    if constexpr (takes) {
      auto& module = detail::module_of(callee);
      if (detail::hooked_modules.load(std::memory_order_relaxed) == 0) [[likely]]
        return module.forward(std::forward<Arguments>(arguments)...);
      return detail::hooked_forward(module, std::forward<Arguments>(arguments)...);
    }
  }
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/forward.ipp>
#endif
