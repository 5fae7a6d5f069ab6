#pragma once

#include <fastxx/low/patch/patch_manager.hpp>

#include <memory>

namespace fastxx {

FASTXX_INLINE std::unique_ptr<PatchManager> PatchManager::get_manager(ModuleRef const& model) {
  return detail::need_record(*model, "PatchManager::get_manager")->make(model);
}

FASTXX_INLINE PatchData PatchManager::patch_data_or_empty() const {
  auto const record = detail::find_record(*model_);
  return record ? record->data : PatchData();
}

FASTXX_INLINE void PatchManager::patch() {
  detail::install_record(*model_, std::make_shared<detail::PatchRecord>(class_of()), default_patch_data());
}

FASTXX_INLINE void PatchManager::call_post_eval(ForwardLoop const& forward_loop) {
  auto const record = detail::find_record(*model_);
  if (!record) return post_eval(forward_loop);
  detail::Flag const guard(record->busy);
  post_eval(forward_loop);
}

FASTXX_INLINE torch::nn::Module& PatchManager::patched_module() const {
  return *detail::need_record(*model_, "PatchManager::patched_module")->owner;
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE void PatchRecord::train(bool on) {
  torch::nn::Module::train(on);
  if (on || busy || DisablePatches::active()) return;
  Flag const guard(busy);
  owner->train(false);  // this child hears before its parent is in eval mode itself
  make(ModuleRef(*owner))->post_eval({});
}

FASTXX_INLINE void PatchRecord::before_forward(Tensors const& inputs) const {
  if (!DisablePatches::active()) make(ModuleRef(*owner))->pre_forward(inputs);
}

}  // namespace fastxx::detail
