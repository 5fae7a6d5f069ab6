#pragma once

#include <fastxx/low/nn/forward.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void run_before(ForwardHooks const& hooks, torch::nn::Module& module, Tensors const& inputs) {
  for (auto const& hook : hooks)
    if (hook->before) hook->before(module, inputs);
}

FASTXX_INLINE void run_after(ForwardHooks const& hooks, torch::nn::Module& module, CallInputs const& inputs,
                             Tensors const& outputs) {
  auto const given = inputs.as_given();
  for (auto const& hook : hooks)
    if (hook->after) hook->after(module, given, outputs);
}

FASTXX_INLINE std::int64_t version_of(Tensor const& tensor) {
  return tensor.defined() && !tensor.is_inference() ? static_cast<std::int64_t>(tensor._version()) : 0;
}

FASTXX_INLINE CallInputs::CallInputs(ForwardHooks const& hooks, Tensors tensors) : tensors_(std::move(tensors)) {
  if (std::ranges::none_of(hooks, [](auto const& hook) { return hook->reads_inputs; })) return;
  for (auto const& tensor : tensors_) {
    copies_.push_back(tensor.defined() ? tensor.clone() : tensor);
    versions_.push_back(version_of(tensor));
  }
}

FASTXX_INLINE Tensors CallInputs::as_given() const {
  Tensors given = tensors_;
  for (std::size_t i = 0; i < copies_.size(); ++i)
    if (given[i].defined() && (given[i].is_inference() || version_of(given[i]) != versions_[i])) given[i] = copies_[i];
  return given;
}

// `inline` whatever the program is told: its files share what is static in it, also where they are compiled both ways.
inline HookRegistry& hook_registry() {
  static auto* const registry = new HookRegistry;  // never destroyed: static models may die later
  return *registry;
}

FASTXX_INLINE HookRegistry& HookRegistry::instance() { return hook_registry(); }

FASTXX_INLINE void HookRegistry::add(torch::nn::Module const* module, std::shared_ptr<ForwardHook> hook) {
  std::lock_guard const lock(mutex_);
  hooks_[module].push_back(std::move(hook));
  hooked_modules = static_cast<int>(hooks_.size());
}

FASTXX_INLINE void HookRegistry::remove(torch::nn::Module const* module, ForwardHook const* hook) {
  std::lock_guard const lock(mutex_);
  auto const found = hooks_.find(module);
  if (found == hooks_.end()) return;
  std::erase_if(found->second, [hook](auto const& other) { return other.get() == hook; });
  if (found->second.empty()) hooks_.erase(found);
  hooked_modules = static_cast<int>(hooks_.size());
}

FASTXX_INLINE ForwardHooks
HookRegistry::find(torch::nn::Module const* module) {  // a copy: a hook may remove itself while it runs
  std::lock_guard const lock(mutex_);
  auto const found = hooks_.find(module);
  return found == hooks_.end() ? ForwardHooks{} : found->second;
}

}  // namespace fastxx::detail
