#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/type_name.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace fastxx {

/// A function, lambda or transform with a name that its author gives: `named("halve", [](Tensor x) { return x / 2; })`.
/// Files name the stages they belong to, and a lambda has no name that another program would know.
///
/// Source:  own design
/// Example: examples/doc/export.cpp
template <class Callable>
struct NamedStage : Callable {
  std::string_view label;
};
template <class Result, class... Arguments>
struct NamedStage<Result (*)(Arguments...)> {
  Result (*function)(Arguments...);
  std::string_view label;

  Result operator()(Arguments... arguments) const { return function(std::forward<Arguments>(arguments)...); }
};

/// `label` must live as long as what is named; a literal does.
template <class Callable>
constexpr NamedStage<Callable> named(std::string_view label, Callable callable) {
  static_assert(std::is_pointer_v<Callable> || !std::is_final_v<Callable>,
                "fastxx::named(label, f): 'f' must not be final: what is named derives from it");
  return {std::move(callable), label};
}

namespace detail {

// Whether the type is, or is made of, a local class of a function template: each instance has one of its own under the
// same name. Asked of the linker's name, since clang's type names leave the function out.
bool stands_in_template(char const* mangled);

// A type's name as every compiler would write it, whatever function it stands in; empty for what has no name that
// another program would know: lambdas, and functions that are told apart at run time.
std::string portable_name(std::string name);

}  // namespace detail

/// The name under which a stage is known in files, the same in every program and for every compiler: the label it was
/// given with named(), what its member `export_name()` says, its `static std::string name()`, else its type, without the
/// function a local class stands in. Empty when there is none: for lambdas, function pointers, std::function and local
/// classes of function templates.
///
/// Source:  own design
/// Example: examples/doc/export.cpp
template <class Stage>
std::string export_name(Stage const& stage) {
  if constexpr (requires { std::string(stage.label); })
    return std::string(stage.label);
  else if constexpr (requires { stage.export_name(); })
    return stage.export_name();
  else if constexpr (requires { std::string(Stage::name()); })
    return Stage::name();
  else
    return detail::stands_in_template(typeid(Stage).name()) ? "" : detail::portable_name(type_name<Stage>());
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/core/named.ipp>
#endif
