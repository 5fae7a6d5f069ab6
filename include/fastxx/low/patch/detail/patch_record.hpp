#pragma once

#include <any>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/detail/attach.hpp>
#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// What a patch keeps in the model, by name.
using PatchData = std::map<std::string, std::any>;

/// Runs a model over data, to calibrate it.
using ForwardLoop = std::function<void(torch::nn::Module& model)>;

class PatchManager;
template <class Derived>
class PatchManagerOf;

/// While one lives, patches of the calling thread do nothing by themselves: no pre_forward, no post_eval at eval().
///
/// Source:  NVIDIA Model Optimizer modelopt/torch/nas/utils.py is_modelopt_patches_enabled
/// Example: examples/doc/patch_manager.cpp
class DisablePatches {
 public:
  DisablePatches() { ++count(); }
  ~DisablePatches() { --count(); }
  DisablePatches(DisablePatches const&) = delete;
  DisablePatches& operator=(DisablePatches const&) = delete;
  static bool active() { return count() > 0; }

 private:
  static int& count() {
    thread_local int disabled = 0;
    return disabled;
  }
};

namespace detail {

using MakeManager = std::unique_ptr<PatchManager> (*)(ModuleRef const&);

// True for the time of a scope; nests.
class Flag {
 public:
  explicit Flag(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
  ~Flag() { flag_ = before_; }
  Flag(Flag const&) = delete;
  Flag& operator=(Flag const&) = delete;

 private:
  bool& flag_;
  bool before_;
};

// The note in a patched model: its data and its manager's class. As a child it hears train() and eval().
class PatchRecord : public Note {
 public:
  static constexpr char const* child_name = "_fastxx_patch";

  explicit PatchRecord(MakeManager manager_class) : Note("fastxx::PatchManager"), make(manager_class) {}

  void train(bool on) override;
  void before_forward(Tensors const& inputs) const;
  void modify();

  MakeManager make;
  PatchData data{};
  Changes changes{};
  Attachment forward_hook{};
  torch::nn::Module* owner = nullptr;  // the patched module; it owns this one
  bool busy = false;                   // inside its own post-eval hook, or inside prep_for_eval
};

inline std::shared_ptr<PatchRecord> find_record(torch::nn::Module const& model) {
  for (auto const& module : model.modules())
    if (auto record = std::dynamic_pointer_cast<PatchRecord>(module)) return record;
  return nullptr;
}

inline std::shared_ptr<PatchRecord> need_record(torch::nn::Module const& model, char const* call) {
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

inline void hang_in(std::shared_ptr<PatchRecord> const& record) {
  auto const hook = std::make_shared<ForwardHook>();
  hook->before = [raw = record.get()](torch::nn::Module&, Tensors const& inputs) { raw->before_forward(inputs); };
  record->forward_hook = attach_root(*record->owner, hook);
  record->owner->register_module(PatchRecord::child_name, record);
}
inline void take_out(PatchRecord& record) {
  record.forward_hook.detach();
  record.owner->unregister_module(PatchRecord::child_name);
}

inline void remove_record(PatchRecord& record) {
  if (record.busy)
    throw state_error("patch.busy", {.call = "PatchManager::unpatch",
                                     .expected = "a call from outside",
                                     .got = "one from the post-eval hook or its forward loop",
                                     .fix = "call unpatch() when eval() has returned"});
  record.changes.undo();
  PatchedModules::instance().remove(*record.owner);
  take_out(record);  // may destroy the record
}

inline void install_record(torch::nn::Module& model, std::shared_ptr<PatchRecord> const& record, PatchData data) {
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

}  // namespace detail
}  // namespace fastxx
