#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/module_ref.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// A submodule as a member of a fastxx::Module: a handle as torch::nn::Linear is one, whose calls `fc(x)` run hooks.
///
/// Made by `child(name, module)`. `fc->weight` reaches the module; `fc->forward(x)` runs no hooks. `T` is a holder
/// (torch::nn::Linear, ConvLayer) or a module class.
/// Source:  own design
/// Example: examples/doc/module.cpp
template <class T>
class Child {
 public:
  using ContainedType = detail::module_type_t<T>;

  Child(std::string name, std::shared_ptr<ContainedType> module) : name_(std::move(name)), module_(std::move(module)) {}
  template <class U>
  requires std::is_same_v<typename Child<U>::ContainedType, ContainedType> Child(Child<U> other)
      : Child(other.name(), other.ptr()) {}
  Child(Child const& other) : name_(other.name_), module_(other.module_) {
    if (auto* const copy = detail::MemberCopy::current()) module_ = copy->clone_child(name_, *other.module_);
  }
  Child(Child&&) noexcept = default;
  Child& operator=(Child const&) = default;
  Child& operator=(Child&&) noexcept = default;
  ~Child() = default;

  /// Call the module's forward, and its hooks.
  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) const {
    return fastxx::forward(*module_, std::forward<Arguments>(arguments)...);
  }
  template <class Holder>
  requires std::is_base_of_v<torch::nn::ModuleHolder<ContainedType>, Holder>
  operator Holder() const {
    static_assert(
        sizeof(Holder) == 0,
        "fastxx::Module: the member that child(...) makes is a Child, as clone() asks for it: Child<torch::nn::"
        "Linear> fc = child(\"fc\", torch::nn::Linear(8, 2))");
    return Holder(module_);
  }
  ContainedType* operator->() const { return module_.get(); }
  ContainedType& operator*() const { return *module_; }
  ContainedType* get() const { return module_.get(); }
  bool is_empty() const { return module_ == nullptr; }
  std::shared_ptr<ContainedType> const& ptr() const { return module_; }
  std::string const& name() const { return name_; }

 private:
  std::string name_;
  std::shared_ptr<ContainedType> module_;
};

namespace detail {
struct ParameterKind {
  static void own(torch::nn::Module& owner, std::string const& name, Tensor const& tensor, bool requires_grad);
};
struct BufferKind {
  static void own(torch::nn::Module& owner, std::string const& name, Tensor const& tensor, bool);
};
}  // namespace detail

/// A tensor as a member of a fastxx::Module: Parameter or Buffer, made by `parameter(name, tensor)` and `buffer(name,
/// tensor)` and usable wherever a tensor is.
///
/// Source:  own design
/// Example: examples/doc/module.cpp
template <class Kind>
class OwnedTensor : public Tensor {
 public:
  OwnedTensor(std::string name, Tensor tensor)
      : Tensor(std::move(tensor)), name_(std::move(name)), registered_(static_cast<Tensor const&>(*this)) {}
  OwnedTensor(OwnedTensor const& other) : Tensor(other), name_(other.name_), registered_(other.registered_) {
    auto* const copy = detail::MemberCopy::current();
    if (!copy) return;
    registered_ = copy->clone_tensor(other.registered_);
    Kind::own(*copy->owner, name_, registered_, other.registered_.requires_grad());
    Tensor::operator=(registered_);
  }
  OwnedTensor(OwnedTensor&&) noexcept = default;
  OwnedTensor& operator=(OwnedTensor const&) = default;
  OwnedTensor& operator=(OwnedTensor&&) noexcept = default;
  ~OwnedTensor() = default;

 private:
  std::string name_;
  Tensor registered_;  // what the module knows: a patch may show a view of it for a while
};
using Parameter = OwnedTensor<detail::ParameterKind>;
using Buffer = OwnedTensor<detail::BufferKind>;

/// Base of a user's module: members register themselves, and clone(), printing and state work without further code.
///
/// `struct Net : fastxx::Module<Net> { Child<torch::nn::Linear> fc = child("fc", torch::nn::Linear(8, 2)); Tensor
/// forward(Tensor x) { return fc(x); } };` C++ cannot read a member's name, so it is said once, where the member is made.
/// Use it as `std::make_shared<Net>()` or `torch::nn::ModuleHolder<Net>`; copy it with clone().
/// Errors:  state_error [module.clone] for a member made by register_..., [module.copy] for a copy without clone(),
///          [module.type] for a class derived from Derived
/// Source:  fastai 2.7.18 torch_core.py Module; differs: names are given, and clone() needs no reset()
/// Example: examples/doc/module.cpp
template <class Derived>
class Module : public detail::ModuleBase {
 public:
  template <class T>
  using Child = fastxx::Child<T>;
  using Parameter = fastxx::Parameter;
  using Buffer = fastxx::Buffer;

  Module() = default;
  Module(Module const& other) : detail::ModuleBase() {
    auto* const copy = detail::MemberCopy::current();
    if (!copy || copy->owner)
      throw state_error("module.copy", {.call = "copy of " + other.name(),
                                        .expected = "a call of clone()",
                                        .got = "a copy of the object, whose members would be shared",
                                        .fix = "use clone(), or hold the module in a shared_ptr"});
    copy->owner = this;
    torch::nn::Module::train(other.is_training());
  }
  Module(Module&&) = default;
  Module& operator=(Module const&) = default;
  Module& operator=(Module&&) = default;

  std::shared_ptr<torch::nn::Module> clone(c10::optional<torch::Device> const& device = c10::nullopt) const override {
    static_assert(std::is_base_of_v<Module, Derived>,
                  "fastxx::Module<Derived>: name the class that derives from it: struct Net : fastxx::Module<Net>");
    if constexpr (std::is_base_of_v<Module, Derived>) {
      if (typeid(*this) != typeid(Derived)) refuse_type();
      detail::WithoutNotes const plain(*this);
      detail::MemberCopy const copying(device);
      auto copy = std::make_shared<Derived>(static_cast<Derived const&>(*this));
      if (copy->own_counts() != own_counts()) refuse_members();
      return copy;
    } else {
      return nullptr;
    }
  }

 protected:
  /// Register a submodule and give the member that holds it.
  template <class T>
  auto child(std::string const& name, T module) {
    constexpr bool is_module = detail::ModuleLike<T>;
    static_assert(
        is_module,
        "fastxx::Module::child(name, module): 'module' must be a module holder such as torch::nn::Linear(2, 3), "
        "a module, or a shared_ptr to one");
    if constexpr (is_module) {
      using Contained = detail::module_type_t<T>;
      std::shared_ptr<Contained> pointer;
      if constexpr (detail::is_module_v<T>)
        pointer = std::make_shared<T>(std::move(module));
      else if constexpr (requires { module.ptr(); })
        pointer = module.ptr();
      else
        pointer = std::move(module);
      if (!pointer) detail::refuse_empty_module("fastxx::Module::child");
      own_child(name, pointer);
      return fastxx::Child<std::conditional_t<std::is_convertible_v<T, std::shared_ptr<Contained>>, Contained, T>>(
          name, std::move(pointer));
    }
  }
  /// Register a parameter and give the member that holds it.
  Parameter parameter(std::string const& name, Tensor tensor, bool requires_grad = true) {
    register_parameter(name, tensor, requires_grad);
    return {name, std::move(tensor)};
  }
  /// Register a buffer and give the member that holds it.
  Buffer buffer(std::string const& name, Tensor tensor) {
    register_buffer(name, tensor);
    return {name, std::move(tensor)};
  }

 private:
  void clone_(torch::nn::Module& other, c10::optional<torch::Device> const& device) override {
    static_assert(
        std::is_move_assignable_v<Derived>,
        "fastxx::Module<Derived>: a class with const or reference members cannot be part of a libtorch module "
        "that is cloned");
    if constexpr (std::is_base_of_v<Module, Derived>)
      static_cast<Derived&>(*this) = std::move(dynamic_cast<Derived&>(*other.clone(device)));
  }
  [[noreturn]] void refuse_type() const {
    throw state_error("module.type", {.call = "clone() of " + name(),
                                      .expected = "the class named in fastxx::Module<...>",
                                      .got = "a class derived from it",
                                      .fix = "derive each module from fastxx::Module of itself"});
  }
  [[noreturn]] void refuse_members() const {
    throw state_error(
        "module.clone",
        {.call = "clone() of " + name(),
         .expected = "every submodule, parameter and buffer in a member of type Child, Parameter or Buffer",
         .got = "one that was registered otherwise",
         .fix = "make the member with child(), parameter() or buffer()"});
  }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/module.ipp>
#endif
