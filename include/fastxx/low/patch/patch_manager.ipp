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
  changes.refresh();
  if (on || busy || DisablePatches::active()) return;
  Flag const guard(busy);
  owner->train(false);  // this child hears before its parent is in eval mode itself
  make(ModuleRef(*owner))->post_eval({});
}

// A module converts its children first: the owner's own tensors are still to come, and will be found done.
template <class... To>
void convert_with_owner(PatchRecord& record, To... to) {
  for (auto const& parameter : record.owner->parameters(false)) parameter.set_data(parameter.to(to...));
  for (auto const& buffer : record.owner->buffers(false)) buffer.set_data(buffer.to(to...));
  record.changes.refresh();
}

FASTXX_INLINE void PatchRecord::to(torch::Device device, torch::Dtype dtype, bool non_blocking) {
  convert_with_owner(*this, device, dtype, non_blocking);
}
FASTXX_INLINE void PatchRecord::to(torch::Dtype dtype, bool non_blocking) {
  convert_with_owner(*this, dtype, non_blocking);
}
FASTXX_INLINE void PatchRecord::to(torch::Device device, bool non_blocking) {
  convert_with_owner(*this, device, non_blocking);
}

FASTXX_INLINE bool PatchRecord::is_serializable() const {
  changes.refresh();
  return false;
}

FASTXX_INLINE void PatchRecord::before_forward(Tensors const& inputs) const {
  changes.refresh();
  if (!DisablePatches::active()) make(ModuleRef(*owner))->pre_forward(inputs);
}

}  // namespace fastxx::detail
