#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

template <class T>
inline constexpr bool is_module_v = std::is_base_of_v<torch::nn::Module, T>;

// The module class behind a module, a holder (torch::nn::Linear) or a shared_ptr; void for anything else.
template <class T>
consteval auto module_type() {
  if constexpr (is_module_v<T>)
    return std::type_identity<T>{};
  else if constexpr (requires { typename T::ContainedType; })
    return std::type_identity<typename T::ContainedType>{};
  else if constexpr (requires { typename T::element_type; })
    return std::type_identity<std::remove_const_t<typename T::element_type>>{};
  else
    return std::type_identity<void>{};
}
template <class T>
using module_type_t = typename decltype(module_type<std::remove_cvref_t<T>>())::type;

// A module, or something that holds one.
template <class T>
concept ModuleLike = is_module_v<module_type_t<T>>;

[[noreturn]] void refuse_empty_module(char const* call);

// The module itself, from whatever holds it. A const handle does not make the module const, as with pointers.
template <ModuleLike T>
module_type_t<T>& module_of(T& handle) {
  if constexpr (is_module_v<T>) {
    return handle;
  } else {
    auto* const module = [&] {
      if constexpr (requires { handle.is_empty(); })
        return handle.is_empty() ? nullptr : handle.ptr().get();
      else
        return handle.get();
    }();
    if (!module) [[unlikely]]
      refuse_empty_module("fastxx::forward");
    return *module;
  }
}

}  // namespace detail

/// Any live module, as an argument: a holder (`torch::nn::Linear`), a `shared_ptr`, or a module that one owns.
///
/// Keeps the module alive.
/// Errors:  state_error [module.not_shared] for a module on the stack, [module.empty] for an empty handle
/// Source:  own design
/// Example: examples/doc/hooks.cpp
class ModuleRef {
 public:
  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, ModuleRef>) ModuleRef(T const& handle) {
    static_assert(detail::ModuleLike<T>,
                  "fastxx: this argument must be a torch::nn::Module, a module holder such as torch::nn::Linear, or a "
                  "shared_ptr to a module");
    if constexpr (detail::ModuleLike<T>) take(detail::module_of(const_cast<T&>(handle)));
  }

  torch::nn::Module& operator*() const { return *module_; }
  torch::nn::Module* operator->() const { return module_.get(); }
  torch::nn::Module* get() const { return module_.get(); }
  std::shared_ptr<torch::nn::Module> const& ptr() const { return module_; }

 private:
  void take(torch::nn::Module& module);

  std::shared_ptr<torch::nn::Module> module_{};
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/module_ref.ipp>
#endif
