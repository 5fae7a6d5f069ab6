#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/detail/attach.hpp>
#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

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
  static int& count();
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

// The note in a patched model: its data and its manager's class. As a child it hears what is done to the model, and
// makes what the patch derived from the model's tensors anew.
class PatchRecord : public Note {
 public:
  static constexpr char const* child_name = "_fastxx_patch";

  explicit PatchRecord(MakeManager manager_class) : Note("fastxx::PatchManager"), make(manager_class) {}

  void train(bool on) override;
  void to(torch::Device device, torch::Dtype dtype, bool non_blocking) override;
  void to(torch::Dtype dtype, bool non_blocking) override;
  void to(torch::Device device, bool non_blocking) override;
  // torch::load asks this of each child, of the last one when everything before it is loaded.
  bool is_serializable() const override;
  void state_loaded() override { changes.refresh(); }
  void suspend() override { changes.suspend(); }
  void resume() override { changes.resume(); }
  void before_forward(Tensors const& inputs) const;
  void modify();

  MakeManager make;
  PatchData data{};
  mutable Changes changes{};
  Attachment forward_hook{};
  torch::nn::Module* owner = nullptr;  // the patched module; it owns this one
  bool busy = false;                   // inside its own post-eval hook, or inside prep_for_eval
};

std::shared_ptr<PatchRecord> find_record(torch::nn::Module const& model);

std::shared_ptr<PatchRecord> need_record(torch::nn::Module const& model, char const* call);

void hang_in(std::shared_ptr<PatchRecord> const& record);
void take_out(PatchRecord& record);

void remove_record(PatchRecord& record);

void install_record(torch::nn::Module& model, std::shared_ptr<PatchRecord> const& record, PatchData data);

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/detail/patch_record.ipp>
#endif
