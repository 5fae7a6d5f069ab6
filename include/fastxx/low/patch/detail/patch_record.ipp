#pragma once

#include <fastxx/low/patch/detail/patch_record.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {
inline thread_local int disabled_patches = 0;
}  // namespace fastxx::detail

namespace fastxx {
FASTXX_INLINE int& DisablePatches::count() { return detail::disabled_patches; }
}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE std::shared_ptr<PatchRecord> find_record(torch::nn::Module const& model) {
  for (auto const& module : model.modules())
    if (auto record = std::dynamic_pointer_cast<PatchRecord>(module)) return record;
  return nullptr;
}

FASTXX_INLINE std::shared_ptr<PatchRecord> need_record(torch::nn::Module const& model, char const* call) {
  auto record = find_record(model);
  if (!record)
    throw state_error("patch.missing", {.call = call,
                                        .expected = "a patched model",
                                        .got = model.name() + " without a patch",
                                        .fix = "call patch() first, or ask is_patched(model)"});
  return record;
}

// The patched modules of the program: a module does not know the trees it is a part of.
class PatchedModules {
 public:
  static PatchedModules& instance() {
    static auto* const list = new PatchedModules;  // never destroyed: static models may die later
    return *list;
  }
  void add(torch::nn::Module& module) {
    std::lock_guard const lock(mutex_);
    std::erase_if(modules_, [](auto const& other) { return other.expired(); });
    modules_.push_back(module.weak_from_this());
  }
  void remove(torch::nn::Module const& module) {
    std::lock_guard const lock(mutex_);
    std::erase_if(modules_, [&](auto const& other) { return other.lock().get() == &module; });
  }
  // The patched module around this one, or nullptr.
  std::shared_ptr<torch::nn::Module> around(torch::nn::Module const& inner) {
    std::lock_guard const lock(mutex_);
    for (auto const& weak : modules_)
      if (auto outer = weak.lock())
        for (auto const& module : outer->modules(false))
          if (module.get() == &inner) return outer;
    return nullptr;
  }

 private:
  std::mutex mutex_{};
  std::vector<std::weak_ptr<torch::nn::Module>> modules_{};
};

inline void refuse_second_patch(torch::nn::Module& model) {
  if (auto const record = find_record(model)) {
    std::string where;
    for (auto const& entry : model.named_modules())
      if (entry.value().get() == record->owner) where = entry.key();
    throw state_error("patch.already", {.call = "PatchManager::patch",
                                        .expected = "a model without a patch",
                                        .got = "one with a patch",
                                        .where = where.empty() ? "the model itself" : "'" + where + "'",
                                        .fix = "call unpatch() first"});
  }
  if (auto const outer = PatchedModules::instance().around(model))
    throw state_error("patch.inside", {.call = "PatchManager::patch",
                                       .expected = "a model of its own",
                                       .got = model.name() + ", which is a part of a patched " + outer->name(),
                                       .fix = "patch the whole model only, or unpatch() it first"});
}

FASTXX_INLINE void hang_in(std::shared_ptr<PatchRecord> const& record) {
  auto const hook = std::make_shared<ForwardHook>();
  hook->before = [raw = record.get()](torch::nn::Module&, Tensors const& inputs) { raw->before_forward(inputs); };
  record->forward_hook = attach_root(*record->owner, hook);
  record->owner->register_module(PatchRecord::child_name, record);
}

FASTXX_INLINE void take_out(PatchRecord& record) {
  record.forward_hook.detach();
  record.owner->unregister_module(PatchRecord::child_name);
}

FASTXX_INLINE void remove_record(PatchRecord& record) {
  if (record.busy)
    throw state_error("patch.busy", {.call = "PatchManager::unpatch",
                                     .expected = "a call from outside",
                                     .got = "one from the post-eval hook or its forward loop",
                                     .fix = "call unpatch() when eval() has returned"});
  record.changes.undo();
  PatchedModules::instance().remove(*record.owner);
  take_out(record);  // may destroy the record
}

FASTXX_INLINE void install_record(torch::nn::Module& model, std::shared_ptr<PatchRecord> const& record,
                                  PatchData data) {
  refuse_second_patch(model);
  record->owner = &model;
  record->data = std::move(data);
  hang_in(record);
  PatchedModules::instance().add(model);
  try {
    record->modify();
  } catch (...) {
    remove_record(*record);  // nothing stays half done
    throw;
  }
}

}  // namespace fastxx::detail
