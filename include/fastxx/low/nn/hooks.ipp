#pragma once

#include <fastxx/low/nn/hooks.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE Tensors prepared(Tensors tensors, HookOptions const& options) {
  for (auto& tensor : tensors) {
    if (!tensor.defined()) continue;
    if (options.detach) tensor = tensor.detach();
    if (options.cpu) tensor = tensor.cpu();
    if (options.clone) tensor = tensor.clone();
  }
  return tensors;
}

FASTXX_INLINE void nothing_stored(torch::nn::Module const& module, HookOptions const& options) {
  throw state_error(
      "hook.nothing_stored",
      {.call = "a hook on " + module.name(),
       .expected = options.grad ? "a backward pass through it" : "a call of it",
       .got = "none that could be heard",
       .fix =
           "run the model through fastxx::forward(model, x); for a layer of a Sequential or a fastxx::Module name the "
           "model when hooking: {.in = model}"});
}

inline std::int64_t version_of(Tensor const& tensor) {
  return tensor.defined() && !tensor.is_inference() ? static_cast<std::int64_t>(tensor._version()) : 0;
}

FASTXX_INLINE Kept keep(torch::nn::Module&, Tensors const&, Tensors const& outputs) {
  Kept kept{outputs, {}};
  for (auto const& tensor : outputs) kept.versions.push_back(version_of(tensor));
  return kept;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE OutputHook::OutputHook(ModuleRef module, HookOptions options)
    : hook_(std::move(module), &detail::keep, std::move(options)) {}

FASTXX_INLINE Tensor OutputHook::stored() const {
  auto const tensors = stored_tensors();
  if (tensors.size() != 1)
    throw state_error("hook.several_outputs", {.call = {"stored() of a hook on ", hook_.module().name()},
                                               .expected = "a module whose forward gives one tensor",
                                               .got = {tensors.size(), " tensors"},
                                               .fix = "ask for stored_tensors()"});
  return tensors.front();
}

FASTXX_INLINE Tensors OutputHook::stored_tensors() const {
  auto const& kept = hook_.stored();
  for (std::size_t i = 0; i < kept.tensors.size(); ++i)
    if (detail::version_of(kept.tensors[i]) != kept.versions[i])
      throw state_error("hook.overwritten", {.call = {"stored() of a hook on ", hook_.module().name()},
                                             .expected = "the output as the module gave it",
                                             .got = "a tensor that a later in-place layer wrote over",
                                             .fix = "hook it with {.clone = true}"});
  return kept.tensors;
}

FASTXX_INLINE OutputHook hook_output(ModuleRef module, HookOptions options) {
  return OutputHook(std::move(module), std::move(options));
}

FASTXX_INLINE Hooks<OutputHook> hook_outputs(std::vector<ModuleRef> const& modules, HookOptions const& options) {
  std::vector<OutputHook> hooks;
  for (auto const& module : modules) hooks.emplace_back(module, options);
  return Hooks<OutputHook>(std::move(hooks));
}

}  // namespace fastxx
