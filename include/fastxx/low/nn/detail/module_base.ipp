#pragma once

#include <fastxx/low/nn/detail/module_base.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE WithoutNotes::WithoutNotes(torch::nn::Module const& model) {
  for (auto const& part : model.modules(false))
    if (auto note = std::dynamic_pointer_cast<Note>(part)) notes_.push_back(std::move(note));
  for (auto const& note : notes_) note->suspend();
}

FASTXX_INLINE bool ModuleBase::calls(torch::nn::Module const& module) const {
  auto const children = named_children();
  return std::ranges::any_of(child_names_, [&](std::string const& name) {
    auto const* const child = children.find(name);
    return child && child->get() == &module;
  });
}

FASTXX_INLINE void ModuleBase::own_child(std::string const& name, std::shared_ptr<torch::nn::Module> module) {
  register_module(name, std::move(module));
  child_names_.push_back(name);
}

FASTXX_INLINE std::vector<std::size_t> ModuleBase::own_counts() const {
  auto const children = this->children();
  auto const notes = std::ranges::count_if(
      children, [](auto const& child) { return dynamic_cast<Note const*>(child.get()) != nullptr; });
  return {named_parameters(false).size(), named_buffers(false).size(),
          children.size() - static_cast<std::size_t>(notes)};
}

FASTXX_INLINE MemberCopy::MemberCopy(c10::optional<torch::Device> const& device) : device_(device), before_(current()) {
  current() = this;
}

inline thread_local MemberCopy* running_member_copy = nullptr;

FASTXX_INLINE MemberCopy*& MemberCopy::current() { return running_member_copy; }

FASTXX_INLINE Tensor MemberCopy::clone_tensor(Tensor const& tensor) const {
  if (!tensor.defined()) return tensor;
  auto const plain = tensor.detach();
  return device_ ? plain.to(*device_, plain.scalar_type(), false, true) : plain.clone();
}

}  // namespace fastxx::detail
