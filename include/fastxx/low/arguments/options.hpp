#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/collection/repr.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/fixed_string.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/pack.hpp>
#include <fastxx/low/core/type_name.hpp>

#include <algorithm>  // the concepts of ranges, without the views of <ranges>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fastxx {

/// The name of an option.
template <fixed_string Text>
struct OptionName {
  static constexpr std::string_view text = Text.view();
};

/// A named argument: `option<"lr">(1e-3)`. Give an option that is used often a function of its own,
/// `constexpr auto lr(double value) { return option<"lr">(value); }`, and calls read `fit(learn, lr(1e-3))`.
///
/// Source:  Python's keyword arguments
/// Example: examples/doc/options.cpp
template <fixed_string Text, class Value>
constexpr auto option(Value value) {
  return Part<OptionName<Text>, Value>{std::move(value)};
}

/// A default of which only the value counts: the option takes values of any type, as a loss or a callback needs. The
/// default std::nullopt is one of these, too.
template <class Value>
struct AnyType {
  Value value;
};
template <class Value>
AnyType(Value) -> AnyType<Value>;

template <class... Parts>
class Options;

namespace detail {

template <class T>
inline constexpr bool takes_any_type = std::is_same_v<T, std::nullopt_t>;
template <class Value>
inline constexpr bool takes_any_type<AnyType<Value>> = true;

// A text is stored, not looked at: what was given may be gone when the option is read.
template <class T>
struct stored {
  using type = T;
};
template <>
struct stored<std::string_view> {
  using type = std::string;
};
template <class T>
struct stored<std::optional<T>> {
  using type = std::optional<typename stored<T>::type>;
};

// A span or another view of something that ends with the call.
template <class From, class To>
concept ViewOfOwner = std::ranges::view<To> && std::ranges::range<From> && !std::ranges::view<From>;

// As an argument of Python would be taken: a number for a number, but no fraction for an integer, and nothing but a
// bool for a bool, which in C++ even a text converts to.
template <class From, class To>
consteval bool takes() {
  if constexpr (takes_any_type<To> || std::is_same_v<From, To>)
    return true;
  else if constexpr (is_optional_v<To>)
    return std::is_same_v<From, std::nullopt_t> || takes<From, typename To::value_type>();
  else if constexpr (std::is_same_v<To, bool>)
    return false;
  else if constexpr (std::integral<To>)
    return std::integral<From>;
  else if constexpr (!std::is_same_v<To, std::string_view> && ViewOfOwner<From, To>)
    return false;
  else
    return std::is_convertible_v<From, To>;
}

template <class Name>
std::string option_text() {
  if constexpr (requires { Name::text; })
    return std::string(Name::text);
  else
    return type_name<Name>();
}

}  // namespace detail

namespace detail {
#if defined(__clang__) && __clang_major__ < 16  // these print the text of an OptionName as numbers
template <char... Letters>
struct name {};
template <class Name>
struct shown_name {
  using type = Name;
};
template <fixed_string Text>
struct shown_name<OptionName<Text>> {
  template <std::size_t... I>
  static name<Text.text[I]...> letters(std::index_sequence<I...>);
  using type = decltype(letters(std::make_index_sequence<sizeof(Text.text) - 1>{}));
};
template <class Name>
using shown_name_t = typename shown_name<Name>::type;
#else
template <class Name>
using shown_name_t = Name;
#endif
}  // namespace detail

/// Name the option in a compiler's error, and list what would have been accepted.
template <class Given, class... Accepted>
consteval bool unknown_option() {
  constexpr bool ok = (std::is_same_v<Given, Accepted> || ...);
  static_assert(
      ok, "fastxx: the function does not know this option; unknown_option<given, accepted...> lists those it does");
  return ok;
}
template <class Name, std::size_t Times>
consteval bool repeated_option() {
  constexpr bool ok = Times <= 1;
  static_assert(ok, "fastxx: this option is given more than once; repeated_option<name, times> names it");
  return ok;
}
template <class Name, class Given, class Accepted>
consteval bool ill_typed_option() {
  constexpr bool ok = detail::takes<Given, Accepted>();
  static_assert(ok,
                "fastxx: the value of this option has the wrong type; ill_typed_option<name, given, accepted> "
                "names both");
  return ok;
}

namespace detail {

template <class To, class From>
constexpr bool keeps_value(From given) {
  return static_cast<From>(static_cast<To>(given)) == given && (static_cast<To>(given) < To{}) == (given < From{});
}

template <class Name, class Default, class Given>
constexpr auto convert_option(Given given) {
  if constexpr (takes_any_type<Default>) {
    return given;
  } else if constexpr (is_optional_v<Default> && std::integral<Given>) {
    return Default(convert_option<Name, typename Default::value_type>(given));
  } else {
    if constexpr (std::integral<Default> && std::integral<Given>)
      if (!keeps_value<Default>(given))
        throw data_error("options.range", {.call = "the option " + option_text<Name>(),
                                           .expected = "a value that its type " + type_name<Default>() + " can hold",
                                           .got = repr(given)});
    return static_cast<typename stored<Default>::type>(std::move(given));
  }
}
template <class Value>
constexpr auto default_value(Value const& value) {
  return static_cast<typename stored<Value>::type>(value);
}
template <class Value>
constexpr auto default_value(AnyType<Value> const& value) {
  return value.value;
}

// The option as given, in the declared type, or its default.
template <class Declared, class... Given>
constexpr auto taken_option(Declared const& declared, Given const&... given) {
  using Name = typename Declared::name;
  if constexpr (count_parts<Name, Given...>() == 0) {
    auto value = default_value(declared.value);
    return Part<Name, decltype(value)>{std::move(value)};
  } else {
    auto value = convert_option<Name, typename Declared::value_type>(pick_part<Name>(0, given...));
    return Part<Name, decltype(value)>{std::move(value)};
  }
}

}  // namespace detail

/// What a function accepts by name, in any order, each with its default: `options(lr(1e-3), wd(.01))`. The type of a
/// default is the option's type; std::nullopt means none and takes any type; a std::string_view is kept as a std::string.
///
/// `take(given...)` gives the values of a call. `delegates(theirs)` adds another function's options that are not already
/// there, so that they are accepted, printed and handed on (`forward`) as one's own; `except` and `keep` choose among
/// them.
/// Errors:  at compile time an unknown, repeated or ill-typed option is one sentence; data_error [options.range] for an
///          integer that the option's type cannot hold
/// Source:  fastcore 1.7.28 meta.py delegates (L-37, L-38)
/// Example: examples/doc/options.cpp
template <class... Parts>
class Options {
  static_assert(((detail::count_parts<typename Parts::name, Parts...>() == 1) && ...),
                "fastxx::options(...): two options have the same name");

 public:
  constexpr explicit Options(Parts... parts) : parts_(std::move(parts)...) {}

  /// The value of an option: `taken.get<"lr">()`; inside templates `get<"lr">(taken)` reads better. A temporary gives
  /// it away by value.
  template <fixed_string Text>
  constexpr auto const& get() const& {
    return get_as<OptionName<Text>>();
  }
  template <fixed_string Text>
  constexpr auto get() && {
    return std::move(*this).template get_as<OptionName<Text>>();
  }
  template <class Name>
  constexpr auto const& get_as() const& {
    constexpr std::size_t index = place<Name>();
    if constexpr (index < sizeof...(Parts)) return hana::at_c<index>(parts_).value;
  }
  template <class Name>
  constexpr auto get_as() && {
    constexpr std::size_t index = place<Name>();
    if constexpr (index < sizeof...(Parts)) return std::move(hana::at_c<index>(parts_).value);
  }
  template <class Name>
  static consteval bool has() {
    return detail::count_parts<Name, Parts...>() > 0;
  }

  /// The options of one call: those given, the defaults of the others.
  template <class... Given>
  constexpr auto take(Given... given) const {
    constexpr bool known = (unknown_option<shown_t<Given>, detail::shown_name_t<typename Parts::name>...>() && ...);
    if constexpr (known) {
      constexpr bool once =
          (repeated_option<shown_t<Given>, detail::count_parts<typename Given::name, Given...>()>() && ...);
      constexpr bool typed =
          (ill_typed_option<shown_t<Given>, typename Given::value_type, declared_t<typename Given::name>>() && ...);
      if constexpr (once && typed)
        return hana::unpack(parts_, [&](auto const&... declared) {
          return Options<decltype(detail::taken_option(declared, given...))...>(
              detail::taken_option(declared, given...)...);
        });
      else
        return take();
    } else {
      return take();  // the sentence above is enough
    }
  }

  /// These options, and those of another function that are not already here.
  template <class... Theirs>
  constexpr auto delegates(Options<Theirs...> const& theirs) const {
    auto const more = theirs.template select<!has<typename Theirs::name>()...>();
    return hana::unpack(parts_, [&](auto const&... own) {
      return hana::unpack(more.parts(), [&](auto const&... other) {
        return Options<std::decay_t<decltype(own)>..., std::decay_t<decltype(other)>...>(own..., other...);
      });
    });
  }
  /// Without some, or with some only.
  template <fixed_string... Names>
  constexpr auto except() const {
    static_assert((has<OptionName<Names>>() && ...), "fastxx::Options::except: there is no option of this name");
    return select<!among<typename Parts::name, Names...>()...>();
  }
  template <fixed_string... Names>
  constexpr auto keep() const {
    static_assert((has<OptionName<Names>>() && ...), "fastxx::Options::keep: there is no option of this name");
    return select<among<typename Parts::name, Names...>()...>();
  }

  /// f(option...) with those that another function accepts and that are not none: how a call is handed on.
  template <class... Theirs, class Function>
  constexpr decltype(auto) forward(Options<Theirs...> const&, Function f) const {
    auto const chosen = select<(Options<Theirs...>::template has<typename Parts::name>() &&
                                !std::is_same_v<typename Parts::value_type, std::nullopt_t>)...>();
    return hana::unpack(chosen.parts(), std::move(f));
  }

  /// `lr = 0.001, wd = none`
  std::string to_string() const {
    detail::Joined all;
    hana::for_each(parts_, [&](auto const& part) {
      using Name = typename std::decay_t<decltype(part)>::name;
      all.add(detail::option_text<Name>() + " = " + repr(detail::default_value(part.value)));
    });
    return all.text;
  }

  template <bool... Wanted>
  constexpr auto select() const {
    constexpr auto places = detail::places_of<Wanted...>();
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Options<std::decay_t<decltype(hana::at_c<places[I]>(parts_))>...>(hana::at_c<places[I]>(parts_)...);
    }
    (std::make_index_sequence<places.size()>{});
  }
  constexpr hana::tuple<Parts...> const& parts() const { return parts_; }

 private:
  template <class Name>
  static consteval std::size_t place() {
    constexpr std::size_t index = detail::find_part<Name, Parts...>();
    static_assert(index < sizeof...(Parts), "fastxx::Options::get: there is no option of this name");
    return index;
  }

  template <class Name>
  using declared_t = typename std::decay_t<decltype(hana::at_c<detail::find_part<Name, Parts...>()>(
      std::declval<hana::tuple<Parts...> const&>()))>::value_type;

  template <class Given>
  using shown_t = detail::shown_name_t<detail::part_name_t<Given>>;

  template <class Name, fixed_string... Names>
  static consteval bool among() {
    return (std::is_same_v<Name, OptionName<Names>> || ...);
  }

  hana::tuple<Parts...> parts_;
};

/// Declare the options of a function: names, types and defaults.
///
/// Source:  own design (L-37)
/// Example: examples/doc/options.cpp
template <class... Parts>
constexpr auto options(Parts... parts) {
  static_assert((detail::is_part_v<Parts> && ...), "fastxx::options(...): each must be an option with its default");
  return Options<Parts...>(std::move(parts)...);
}

/// The value of an option, where `taken.get<"lr">()` would need the word template.
template <fixed_string Text, class... Parts>
constexpr auto const& get(Options<Parts...> const& taken) {
  return taken.template get<Text>();
}
template <fixed_string Text, class... Parts>
constexpr auto get(Options<Parts...>&& taken) {
  return std::move(taken).template get<Text>();
}

/// How a function is called, with every option it accepts and its default: `f(dls, layers; emb_szs = none, lr = 0.001)`.
/// The function is an object with `name`, `positional` and `options`.
///
/// Source:  Python's inspect.signature, as fastcore's delegates changes it (L-37, P-21)
/// Example: examples/doc/options.cpp
template <class Function>
std::string signature() {
  std::string text(Function::name);
  text += '(';
  text += Function::positional;
  text += "; ";
  text += Function::options.to_string();
  text += ')';
  return text;
}
template <class Function>
std::string signature(Function const&) {
  return signature<Function>();
}

}  // namespace fastxx
