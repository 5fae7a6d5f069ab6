#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/patch/detail/patch_record.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace fastxx {

/// Turns a live model, third-party ones included, into one with hooks, data and changed members, and back without a
/// trace. Derive from PatchManagerOf<YourManager>; this base is what code that does not know the class works with.
///
/// patch() hangs a child without parameters into the model, which holds the data and the class of the manager and hears
/// train() and eval(). While patched, that child shows in printing and in named_children(); saved files and parameters
/// do not change. One patch for each tree of modules.
/// Runs:    pre_forward when the model is a Sequential or is called through fastxx::forward, a Child or a Learner: a
///          direct `model->forward(x)` of another class cannot be intercepted in libtorch
/// Errors:  state_error [patch.already], [patch.inside], [patch.missing], [patch.busy]; when patch() throws, the model
///          is as it was
/// Source:  NVIDIA Model Optimizer modelopt/torch/nas/patch.py PatchManager
/// Example: examples/doc/patch_manager.cpp
class PatchManager {
 public:
  explicit PatchManager(ModuleRef model) : model_(std::move(model)) {}
  virtual ~PatchManager() = default;
  PatchManager(PatchManager const&) = default;
  PatchManager& operator=(PatchManager const&) = default;

  /// Whether the model or a module in it is patched.
  static bool is_patched(ModuleRef const& model) { return detail::find_record(*model) != nullptr; }
  /// A manager for the model, of the class that patched it.
  static std::unique_ptr<PatchManager> get_manager(ModuleRef const& model);

  /// The model this manager was made for.
  torch::nn::Module& model() const { return *model_; }
  /// What patch() stored; yours to change while the model is patched.
  PatchData& patch_data() const { return detail::need_record(*model_, "PatchManager::patch_data")->data; }
  /// A copy of it, empty when the model is not patched.
  PatchData patch_data_or_empty() const;

  void patch();
  void unpatch() { detail::remove_record(*detail::need_record(*model_, "PatchManager::unpatch")); }

  /// To be called before another configuration is drawn or selected.
  void reset_before_sample() { pre_sample(); }
  /// Run the post-eval hook now. eval() inside the forward loop does not run it again.
  void call_post_eval(ForwardLoop const& forward_loop = {});

 protected:
  /// What patch_data() is after patch().
  virtual PatchData default_patch_data() = 0;
  /// Change members of the model; unpatch() puts them back. Tensors made from the model's are set with
  /// Changes::derive: they follow torch::load, to(), load_state_dict and freezing of the model, at once when the whole
  /// model is concerned, and at the next train(), eval() or forward with hooks when a part is.
  virtual void modify(Changes&) {}
  /// Before each forward of the patched model.
  virtual void pre_forward(Tensors const& /*inputs*/) {}
  virtual void pre_sample() {}
  /// After eval() of the patched model, without a loop, and from call_post_eval and prep_for_eval.
  virtual void post_eval(ForwardLoop const& /*forward_loop*/) {}

  /// The changes of the patch, for a manager that makes other ones later.
  Changes& changes() const { return detail::need_record(*model_, "PatchManager::changes")->changes; }
  /// The module that patch() was called for, which may be inside the model of this manager.
  torch::nn::Module& patched_module() const;

 private:
  template <class Derived>
  friend class PatchManagerOf;
  friend class detail::PatchRecord;
  virtual detail::MakeManager class_of() const = 0;

  ModuleRef model_;
};

namespace detail {
template <class Manager>
consteval bool check_manager() {
  constexpr bool derived = std::derived_from<Manager, PatchManagerOf<Manager>>;
  static_assert(derived,
                "fastxx::PatchManagerOf<Manager>: name the class that derives from it: struct Elastic : "
                "fastxx::PatchManagerOf<Elastic>");
  constexpr bool made = std::constructible_from<Manager, ModuleRef>;
  static_assert(!derived || made,
                "fastxx::PatchManagerOf<Manager>: Manager must be constructible from the model alone; write 'using "
                "PatchManagerOf::PatchManagerOf;' in it");
  return derived && made;
}
}  // namespace detail

/// Base of a manager: `struct Elastic : fastxx::PatchManagerOf<Elastic> { using PatchManagerOf::PatchManagerOf; ... };`
///
/// Override default_patch_data(), and what is needed of modify, pre_forward, pre_sample and post_eval. State belongs
/// into patch_data(): the library makes managers anew from the model.
/// Source:  NVIDIA Model Optimizer modelopt/torch/nas/patch.py PatchManager
/// Example: examples/doc/patch_manager.cpp
template <class Derived>
class PatchManagerOf : public PatchManager {
 public:
  using PatchManager::PatchManager;

 private:
  detail::MakeManager class_of() const override {
    if constexpr (detail::check_manager<Derived>())
      return [](ModuleRef const& model) -> std::unique_ptr<PatchManager> { return std::make_unique<Derived>(model); };
    else
      return nullptr;
  }
};

namespace detail {

inline void PatchRecord::modify() { make(ModuleRef(*owner))->modify(changes); }

}  // namespace detail

/// Put a model into eval mode and calibrate it once, with the forward loop, when it is patched; gives the model back.
///
/// Source:  NVIDIA Model Optimizer modelopt/torch/nas/patch.py prep_for_eval
/// Example: examples/doc/patch_manager.cpp
template <class Model>
Model prep_for_eval(Model&& model, ForwardLoop const& forward_loop = {}) {
  ModuleRef const module(model);
  auto const record = detail::find_record(*module);
  if (!record) {
    module->eval();
  } else {
    {
      detail::Flag const guard(record->busy);
      module->eval();
    }
    PatchManager::get_manager(module)->call_post_eval(forward_loop);
  }
  return std::forward<Model>(model);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/patch_manager.ipp>
#endif
