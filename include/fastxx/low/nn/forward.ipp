#pragma once

#include <fastxx/low/nn/forward.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void run_before(ForwardHooks const& hooks, torch::nn::Module& module, Tensors const& inputs) {
  for (auto const& hook : hooks)
    if (hook->before) hook->before(module, inputs);
}

FASTXX_INLINE void run_after(ForwardHooks const& hooks, torch::nn::Module& module, Tensors const& inputs,
                             Tensors const& outputs) {
  for (auto const& hook : hooks)
    if (hook->after) hook->after(module, inputs, outputs);
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
