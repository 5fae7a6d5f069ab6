#pragma once

#include <fastxx/low/nn/hooks.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE Tensors prepared(Tensors tensors, HookOptions const& options) {
  for (auto& tensor : tensors) {
    if (!tensor.defined()) continue;
    if (options.detach) tensor = tensor.detach();
    if (options.cpu) tensor = tensor.cpu();
    // Tensors of inference mode do not count who writes to them, so nobody could tell later.
    if (options.clone || tensor.is_inference()) tensor = tensor.clone();
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

inline bool share_memory(Tensor const& a, Tensor const& b) {
  return a.defined() && b.defined() && a.has_storage() && b.has_storage() && a.is_alias_of(b);
}

FASTXX_INLINE KeptVersions::KeptVersions(Tensors const& stored, Tensors const& inputs, Tensors const& outputs) {
  for (auto const* const tensors : {&inputs, &outputs})
    for (auto const& source : *tensors) {
      if (std::ranges::none_of(stored, [&](auto const& kept) { return share_memory(kept, source); })) continue;
      sources_.push_back(source);
      versions_.push_back(version_of(source));
    }
}

FASTXX_INLINE void KeptVersions::require_unchanged(torch::nn::Module const& module) const {
  for (std::size_t i = 0; i < sources_.size(); ++i)
    if (version_of(sources_[i]) != versions_[i])
      throw state_error("hook.overwritten", {.call = {"stored() of a hook on ", module.name()},
                                             .expected = "tensors as they were at the call",
                                             .got = "one that an in-place layer or operation wrote over since",
                                             .fix = "hook it with {.clone = true}"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE OutputHook::OutputHook(ModuleRef module, HookOptions options)
    : hook_(std::move(module), detail::KeepOutputs(), std::move(options)) {}

FASTXX_INLINE Tensor OutputHook::stored() const {
  auto const& tensors = stored_tensors();
  if (tensors.size() != 1)
    throw state_error("hook.several_outputs", {.call = {"stored() of a hook on ", hook_.module().name()},
                                               .expected = "a module whose forward gives one tensor",
                                               .got = {tensors.size(), " tensors"},
                                               .fix = "ask for stored_tensors()"});
  return tensors.front();
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
