#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <memory>
#include <string>
#include <vector>

namespace fastxx::detail {

// A child that fastxx hangs into a live module to leave a note: no parameters, no buffers, not part of saved files and
// not copied by clone().
class Note : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;
  bool is_serializable() const override { return false; }
  // Called when load_state_dict has given the model around it other numbers.
  virtual void state_loaded() {}
  // Put what the note stands for away for a while, and back; the calls nest.
  virtual void suspend() {}
  virtual void resume() {}
};

// A model without what its notes stand for, for a scope in which it is copied.
class WithoutNotes {
 public:
  explicit WithoutNotes(torch::nn::Module const& model);
  ~WithoutNotes() {
    for (auto const& note : notes_) note->resume();
  }
  WithoutNotes(WithoutNotes const&) = delete;
  WithoutNotes& operator=(WithoutNotes const&) = delete;

 private:
  std::vector<std::shared_ptr<Note>> notes_{};
};

// What all modules written with fastxx::Module share, without their type.
class ModuleBase : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;

  // Whether this module calls another one in a way that runs its hooks.
  bool calls(torch::nn::Module const& module) const;

  void own_child(std::string const& name, std::shared_ptr<torch::nn::Module> module);

  // How many parameters, buffers and children it has itself, notes not counted.
  std::vector<std::size_t> own_counts() const;

 private:
  std::vector<std::string> child_names_{};
};

// Set while clone() copies a module's members: each Child, Parameter and Buffer that is copied then registers a clone of
// what it holds with the new owner.
class MemberCopy {
 public:
  explicit MemberCopy(c10::optional<torch::Device> const& device);
  ~MemberCopy() { current() = before_; }
  MemberCopy(MemberCopy const&) = delete;
  MemberCopy& operator=(MemberCopy const&) = delete;

  // The copy that runs in this thread, or nullptr.
  static MemberCopy*& current();

  ModuleBase* owner = nullptr;  // known as soon as the new module's base exists

  template <class Contained>
  std::shared_ptr<Contained> clone_child(std::string const& name, Contained const& child) const {
    auto copy = std::dynamic_pointer_cast<Contained>(child.clone(device_));
    owner->own_child(name, copy);
    return copy;
  }
  Tensor clone_tensor(Tensor const& tensor) const;

 private:
  c10::optional<torch::Device> device_;
  MemberCopy* before_;
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/nn/detail/module_base.ipp>
#endif
