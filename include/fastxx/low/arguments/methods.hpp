#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/fixed_string.hpp>
#include <fastxx/low/core/hana.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace fastxx {

/// The name of a method that can be replaced.
template <fixed_string Text>
struct ReplaceableName {
  static constexpr std::string_view text = Text.view();
};

/// The methods a class lets its makers replace, per object.
template <fixed_string... Names>
struct replaceable {};

namespace detail {
template <class Function>
struct AsMethod {
  Function function;
};
}  // namespace detail

/// A replacement for a method of one object, given to its constructor: `Loader(replace_method<"create_item">(f))`.
///
/// Source:  fastcore 1.7.28 meta.py funcs_kwargs (L-39)
/// Example: examples/doc/options.cpp
template <fixed_string Name, class Function>
constexpr auto replace_method(Function function) {
  return Part<ReplaceableName<Name>, Function>{std::move(function)};
}

/// The same; the replacement gets the object as its first argument.
///
/// Source:  fastcore 1.7.28 meta.py method (L-39)
/// Example: examples/doc/options.cpp
template <fixed_string Name, class Function>
constexpr auto replace_as_method(Function function) {
  return Part<ReplaceableName<Name>, detail::AsMethod<Function>>{{std::move(function)}};
}

/// Names the replacement in a compiler's error, and lists what can be replaced.
template <class Given, fixed_string... Names>
consteval bool unknown_method(replaceable<Names...>) {
  constexpr bool ok = (std::is_same_v<detail::part_name_t<Given>, ReplaceableName<Names>> || ...);
  static_assert(ok,
                "fastxx: this method cannot be replaced; unknown_method<given, replaceable...> lists those that can");
  return ok;
}

/// The replacements of one object: a member of a class that passes its methods through `call_method`. Nothing is stored
/// and nothing is called indirectly: an object without replacements is as large and as fast as one that cannot have any.
///
/// Errors:  at compile time a method that is not in the list, or is given twice, is one sentence
/// Source:  fastcore 1.7.28 meta.py funcs_kwargs (L-39); differs: a name that is not listed is an error, not ignored
/// Example: examples/doc/options.cpp
template <class Replaceable, class... Given>
class Methods {
  static_assert(((detail::count_parts<detail::part_name_t<Given>, Given...>() == 1) && ...),
                "fastxx: the replacement of a method is given twice");

 public:
  constexpr explicit Methods(Given... given) : given_(std::move(given)...) {
    static_cast<void>((unknown_method<Given>(Replaceable{}) && ...));
  }

  template <class Name, class Self, class Own, class... Args>
  constexpr decltype(auto) call(Self& self, Own& own, Args&&... args) const {
    constexpr std::size_t index = detail::find_part<Name, Given...>();
    if constexpr (index == sizeof...(Given))
      return std::invoke(own, std::forward<Args>(args)...);
    else
      return call_given(self, hana::at_c<index>(given_).value, std::forward<Args>(args)...);
  }

 private:
  template <class Self, class Function, class... Args>
  static constexpr decltype(auto) call_given(Self&, Function const& function, Args&&... args) {
    return std::invoke(function, std::forward<Args>(args)...);
  }
  template <class Self, class Function, class... Args>
  static constexpr decltype(auto) call_given(Self& self, detail::AsMethod<Function> const& method, Args&&... args) {
    return std::invoke(method.function, self, std::forward<Args>(args)...);
  }

  [[no_unique_address]] hana::tuple<Given...> given_;
};

/// Call a method of `self` by name: its replacement where there is one, `own` otherwise.
///
/// Source:  fastcore 1.7.28 meta.py funcs_kwargs (L-39)
/// Example: examples/doc/options.cpp
template <fixed_string Name, class Replaceable, class... Given, class Self, class Own, class... Args>
constexpr decltype(auto) call_method(Methods<Replaceable, Given...> const& methods, Self& self, Own&& own,
                                     Args&&... args) {
  return methods.template call<ReplaceableName<Name>>(self, own, std::forward<Args>(args)...);
}

}  // namespace fastxx
