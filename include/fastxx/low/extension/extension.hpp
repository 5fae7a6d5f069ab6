#pragma once

#include <fastxx/low/core/callable.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/fixed_string.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/lineage.hpp>
#include <fastxx/low/core/type_name.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// How an extension stands beside a class: as something its objects do, something they have, something the class does.
///
/// Source:  fastcore 1.7.28 basics.py patch_to: as_prop, cls_method
/// Example: examples/doc/extension.cpp
enum class ExtensionKind { method, property, static_method };

/// A class as a value, the first argument of its static extension methods: `from_text(of<Date>, "2024-05-01")`.
///
/// Source:  own design; Python's `cls`
/// Example: examples/doc/extension.cpp
template <class Class>
inline constexpr std::type_identity<Class> of{};

namespace detail {

template <class Class, class Function>
struct ExtensionEntry {
  using type = Class;
  [[no_unique_address]] Function function;
};

template <class X, class Class>
concept IsA = std::same_as<X, Class> || std::derived_from<X, Class>;

// A more derived class of the list takes X as well.
template <class X, class Class, class... Classes>
consteval bool is_shadowed() {
  return (... || (IsA<X, Classes> && !std::same_as<Classes, Class> && IsA<Classes, Class>));
}

// The place of the most derived class that X is; the later one of equals and of strangers; the size when there is none.
template <class X, class... Classes>
consteval std::size_t most_derived() {
  std::size_t best = sizeof...(Classes), i = 0;
  ((best = IsA<X, Classes> && !is_shadowed<X, Classes, Classes...>() ? i : best, ++i), ...);
  return best;
}

struct NoClass {};
template <class T>
struct class_named_by {
  using type = NoClass;
};
template <class Class>
struct class_named_by<std::type_identity<Class>> {
  using type = Class;
};

// The class of what a holder (torch::nn::Linear, a smart pointer, a pointer) holds.
template <class X>
consteval auto held_class() {
  if constexpr (requires(X x) { *x; })
    return std::type_identity<std::remove_cvref_t<decltype(*std::declval<X>())>>{};
  else
    return std::type_identity<NoClass>{};
}

struct NoMethod {};  // what a refused call gives, so that one sentence is all the compiler says

}  // namespace detail

/// Names, in compiler errors, a method and a class that has no such extension: method<"write">::is_not_for<int>.
template <fixed_string Name>
struct method {
  template <class X>
  static constexpr detail::NoMethod is_not_for() {
    static_assert(!std::is_same_v<X, X>,
                  "fastxx: this extension is not declared for the class of its first argument; name the class in "
                  "extension<\"name\", Class>(function), or add it with extend<Class>(function)");
    return {};
  }
};

/// An extension method bound to its object: `(path | write)("text")`.
///
/// Source:  own design; Python's bound method
/// Example: examples/doc/extension.cpp
template <class Extension, class Object>
struct BoundMethod {
  [[no_unique_address]] Extension extension;
  Object object;  // a reference, unless it was a temporary

  template <class... Args>
  constexpr decltype(auto) operator()(Args&&... args) {
    return extension(object, std::forward<Args>(args)...);
  }
  template <class... Args>
  constexpr decltype(auto) operator()(Args&&... args) const {
    return extension(object, std::forward<Args>(args)...);
  }
};

namespace detail {

// An extension that extends another one keeps it as `original`; one that does not has no such member.
template <class Former>
struct KeepsOriginal {
  [[no_unique_address]] Former original;
};
template <>
struct KeepsOriginal<void> {};

}  // namespace detail

/// What extension() makes: a function object that takes objects of the named classes, of classes derived from them, and
/// holders of such objects, and nothing that would have to be converted.
///
/// Errors:  a compile-time sentence for an object of another class, and for arguments the function does not take;
///          state_error [extension.empty] for a holder that is null
/// Source:  fastcore 1.7.28 basics.py patch_to; differs: a name of the namespace it is declared in, so that nothing of
///          the class changes and two libraries may both extend it
/// Example: examples/doc/extension.cpp
template <fixed_string Name, ExtensionKind Kind, class Former, class... Entries>
struct Extension : detail::KeepsOriginal<Former> {
  [[no_unique_address]] hana::tuple<Entries...> entries;

  constexpr Extension(detail::KeepsOriginal<Former> former, hana::tuple<Entries...> all)
      : detail::KeepsOriginal<Former>(std::move(former)), entries(std::move(all)) {}

  /// Whether it takes an X as first argument: an object, a holder of one, or of<Class>.
  template <class X>
  static consteval bool takes() {
    return place<X>() < sizeof...(Entries) || place_held<X>() < sizeof...(Entries);
  }

  template <class X, class... Args>
  constexpr decltype(auto) operator()(X&& x, Args&&... args) const {
    if constexpr (place<X>() < sizeof...(Entries))
      return call<place<X>()>(std::forward<X>(x), std::forward<Args>(args)...);
    else if constexpr (place_held<X>() < sizeof...(Entries))
      return call<place_held<X>()>(*filled(x), std::forward<Args>(args)...);
    else
      return method<Name>::template is_not_for<std::remove_cvref_t<X>>();
  }

  /// A new extension that takes these classes too; for a class that was declared before, the new function counts. The
  /// former extension stays reachable as `.original`.
  template <class... Classes, class Function>
  constexpr auto extend(Function function) const {
    static_assert(sizeof...(Classes) > 0,
                  "fastxx: extend<Class>(function) needs at least one class to add the function to");
    return hana::unpack(entries, [&](Entries const&... own) {
      using All = hana::tuple<Entries..., detail::ExtensionEntry<Classes, Function>...>;
      return Extension<Name, Kind, Extension, Entries..., detail::ExtensionEntry<Classes, Function>...>(
          {*this}, All(own..., detail::ExtensionEntry<Classes, Function>{function}...));
    });
  }

 private:
  // The holder, unless it can say that it holds nothing.
  template <class X>
  static constexpr X& filled(X& holder) {
    if constexpr (std::is_constructible_v<bool, X&>)
      if (!static_cast<bool>(holder))
        throw state_error("extension.empty", {.call = "extension " + std::string(Name.view()),
                                              .expected = "an object",
                                              .got = "an empty " + type_name<std::remove_cv_t<X>>()});
    return holder;
  }

  // Which entry takes an X itself, and which one what an X holds; the number of entries when none does.
  template <class X>
  static consteval std::size_t place() {
    using Given = std::remove_cvref_t<X>;
    using Named = typename detail::class_named_by<Given>::type;
    using Class = std::conditional_t<Kind == ExtensionKind::static_method, Named, Given>;
    return detail::most_derived<Class, typename Entries::type...>();
  }
  template <class X>
  static consteval std::size_t place_held() {
    return place<typename decltype(detail::held_class<std::remove_cvref_t<X>>())::type>();
  }

  template <std::size_t Index, class... Args>
  constexpr decltype(auto) call(Args&&... args) const {
    auto const& function = hana::at_c<Index>(entries).function;
    constexpr bool fits = std::is_invocable_v<decltype(function), Args...>;
    static_assert(fits, "fastxx: the extension is declared for this class, but not with these arguments");
    if constexpr (fits)
      return function(std::forward<Args>(args)...);
    else
      return detail::NoMethod{};
  }
};

namespace detail {

template <class First, class... Rest>
std::type_identity<std::decay_t<First>> first_class(type_list<First, Rest...>);
std::type_identity<void> first_class(type_list<>);

// The classes named, or else the class of the function's first parameter.
template <fixed_string Name, ExtensionKind Kind, class... Classes, class Function>
constexpr auto make_extension(Function function) {
  if constexpr (sizeof...(Classes) > 0) {
    using Entries = hana::tuple<ExtensionEntry<Classes, Function>...>;
    return Extension<Name, Kind, void, ExtensionEntry<Classes, Function>...>(
        {}, Entries(ExtensionEntry<Classes, Function>{function}...));
  } else {
    using Parameter = typename decltype(first_class(typename signature_of<Function>::parameters{}))::type;
    using Named = typename class_named_by<Parameter>::type;
    using Class = std::conditional_t<Kind == ExtensionKind::static_method, Named, Parameter>;
    static_assert(!std::is_void_v<Class> && !std::is_same_v<Class, NoClass>,
                  "fastxx: without extension<\"name\", Class> the class is that of the function's first parameter, and "
                  "this function has none with one type; name the class");
    return make_extension<Name, Kind, Class>(std::move(function));
  }
}

}  // namespace detail

/// Declare a function a method of foreign classes: `inline constexpr auto write = extension<"write", Path>(function);`,
/// used as `write(path, "hi")` or `(path | write)("hi")`.
///
/// Without a class it is the one of the function's first parameter; each of several classes gets a copy of its own. Of
/// several that fit, the most derived class decides. Objects that exist already have it too; a member of the same name
/// is not touched.
/// Runs:    at no cost: the call compiles to a call of the function; constexpr where the function is;
///          through a holder there is a check that it is not null
/// Source:  fastcore 1.7.28 basics.py patch, patch_to (features L-32 to L-36)
/// Example: examples/doc/extension.cpp
template <fixed_string Name, class... Classes, class Function>
constexpr auto extension(Function function) {
  return detail::make_extension<Name, ExtensionKind::method, Classes...>(std::move(function));
}

/// As extension(), for something an object has: `path | line_count` is the value.
///
/// Source:  fastcore 1.7.28 basics.py patch_to(as_prop=True)
/// Example: examples/doc/extension.cpp
template <fixed_string Name, class... Classes, class Function>
constexpr auto extension_property(Function function) {
  return detail::make_extension<Name, ExtensionKind::property, Classes...>(std::move(function));
}

/// As extension(), for something a class does: `from_parts(of<Path>, "a", "b")`. The function gets the class, which may
/// be a derived one, as a std::type_identity.
///
/// Source:  fastcore 1.7.28 basics.py patch_to(cls_method=True)
/// Example: examples/doc/extension.cpp
template <fixed_string Name, class... Classes, class Function>
constexpr auto static_extension(Function function) {
  return detail::make_extension<Name, ExtensionKind::static_method, Classes...>(std::move(function));
}

/// Python's dot: `object | property` is its value, `object | method` the method bound to the object.
///
/// Source:  own design
/// Example: examples/doc/extension.cpp
template <class X, fixed_string Name, ExtensionKind Kind, class Former, class... Entries>
constexpr decltype(auto) operator|(X&& x, Extension<Name, Kind, Former, Entries...> const& extension) {
  using Bound = BoundMethod<Extension<Name, Kind, Former, Entries...>, X>;
  if constexpr (Kind == ExtensionKind::property)
    return extension(std::forward<X>(x));
  else if constexpr (Extension<Name, Kind, Former, Entries...>::template takes<X>())
    return Bound{extension, std::forward<X>(x)};
  else
    return method<Name>::template is_not_for<std::remove_cvref_t<X>>();
}

}  // namespace fastxx
