#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <memory>
#include <string>

namespace fastxx {

namespace detail {

// A patched model without its patch, for a scope.
class Suspended {
 public:
  explicit Suspended(std::shared_ptr<PatchRecord> record);
  ~Suspended();
  Suspended(Suspended const&) = delete;
  Suspended& operator=(Suspended const&) = delete;

 private:
  std::shared_ptr<PatchRecord> record_;
};

std::string name_in(torch::nn::Module const& model, torch::nn::Module const* part);

}  // namespace detail

/// A copy of a model that is patched as the model is: with hooks of its own, a copy of the patch data, and its own
/// changes by the manager's modify(). A model without a patch is just cloned.
///
/// Use it instead of clone() on a patched model: fastxx modules and Sequentials give an unpatched copy there, and
/// libtorch's Cloneable refuses.
/// Errors:  what the model's clone() throws; the model then is as it was
/// Source:  NVIDIA Model Optimizer modelopt/torch/nas/patch.py hooked__replicate_for_data_parallel; returns the replica
/// Example: examples/doc/patch_manager.cpp
template <class Model>
auto replicate(Model const& model, c10::optional<torch::Device> const& device = c10::nullopt) {
  using Contained = detail::module_type_t<Model>;
  ModuleRef const module(model);
  auto const record = detail::find_record(*module);
  if (!record) return std::dynamic_pointer_cast<Contained>(module->clone(device));
  auto const name = detail::name_in(*module, record->owner);
  auto const replica = [&] {
    detail::Suspended const plain(record);
    return module->clone(device);
  }();
  auto const place = replica->named_modules()[name];
  detail::install_record(*place, std::make_shared<detail::PatchRecord>(record->make), record->data);
  return std::dynamic_pointer_cast<Contained>(replica);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/replicate.ipp>
#endif
