#pragma once

#include <fastxx/low/collection/indexing.hpp>
#include <fastxx/low/collection/repr.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/fixed_string.hpp>
#include <fastxx/low/core/named.hpp>
#include <fastxx/low/core/type_name.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Gives its first argument back and ignores the others: the default wherever a function may be given.
///
/// Source:  fastcore 1.7.28 imports.py noop (L-30)
/// Example: examples/doc/list.cpp
struct noop_t {
  template <class X, class... Ignored>
  constexpr std::decay_t<X> operator()(X&& x, Ignored const&...) const {
    return std::forward<X>(x);
  }
};
inline constexpr noop_t noop{};

namespace detail {

template <class X>
struct Composing {
  X value;
};
template <class X, class Function>
constexpr auto operator>>(Composing<X> carry, Function& function) {
  using Result = std::decay_t<std::invoke_result_t<Function&, X>>;
  return Composing<Result>{std::invoke(function, std::move(carry.value))};
}

// "compose(f, g)"; nothing where one of them has no name.
std::string all_names(std::string_view function, std::vector<std::string> const& arguments);

template <class... Functions>
struct Composed {
  std::tuple<Functions...> functions;
  template <class X>
  constexpr auto operator()(X&& x) const {
    return std::apply(
        [&](auto const&... function) {
          return (Composing<std::decay_t<X>>{std::forward<X>(x)} >> ... >> function).value;
        },
        functions);
  }
  std::string export_name() const {
    return std::apply([](auto const&... function) { return all_names("compose", {fastxx::export_name(function)...}); },
                      functions);
  }
};

// References as far down as the members give them: a value that a member function gives lives no longer than this.
template <class X, class Member, class... Inner>
constexpr decltype(auto) follow(X const& x, Member member, Inner... inner) {
  if constexpr (sizeof...(Inner) == 0)
    return std::invoke(member, x);
  else if constexpr (std::is_reference_v<std::invoke_result_t<Member, X const&>>)
    return follow(std::invoke(member, x), inner...);
  else
    return std::decay_t<decltype(follow(std::invoke(member, x), inner...))>(follow(std::invoke(member, x), inner...));
}

// A field has no name at run time, but a place that is the same in every program; a member function has neither.
template <class Member, class Class>
std::string member_name(Member Class::*member) {
  if constexpr (std::is_member_function_pointer_v<Member Class::*>) {
    return "";
  } else {
    std::string const name = portable_name(type_name<Class>());
    return name.empty() ? "" : name + " at byte " + std::to_string(std::bit_cast<std::ptrdiff_t>(member));
  }
}

template <class... Members>
struct AttrGetter {
  std::tuple<Members...> members;
  template <class X>
  requires std::is_invocable_v<std::tuple_element_t<0, std::tuple<Members...>>, X const&> constexpr auto operator()(
      X const& x) const {
    return std::apply([&](auto... member) { return follow(x, member...); }, members);
  }
  std::string export_name() const {
    return std::apply([](auto... member) { return all_names("attrgetter", {member_name(member)...}); }, members);
  }
};

template <fixed_string Name>
struct KeyGetter {
  std::string export_name() const { return "attrgetter(" + quoted(Name.view()) + ")"; }
  template <class Row>
  constexpr auto operator()(Row const& row) const {
    static_assert(
        MapLike<Row const&> || requires { row[std::string(Name.view())]; },
        "fastxx::attrgetter<\"name\">(): the row must be a map or have operator[] for a text; for a struct "
        "write attrgetter(&Row::name)");
    if constexpr (MapLike<Row const&>) {
      auto const found = row.find(typename Row::key_type(Name.view()));
      if (found == row.end())
        throw data_error(
            "attrgetter.name",
            {.call = "attrgetter", .expected = "the field " + quoted(Name.view()), .got = "a row without it"});
      return found->second;
    } else if constexpr (requires { row[std::string(Name.view())]; }) {
      return row[std::string(Name.view())];
    } else {
      return 0;  // the sentence above is enough
    }
  }
};

template <std::size_t Index, class Item>
constexpr auto const& element(Item const& item) {
  static_assert(is_tuple_v<Item>,
                "fastxx::itemgetter<I>, L::itemgot<I>: the items must be tuples or pairs; for lists "
                "write the index as an argument, as in itemgot(1)");
  if constexpr (is_tuple_v<Item>) {
    constexpr bool inside = Index < std::tuple_size_v<decltype(tie_elements(item))>;
    static_assert(inside, "fastxx::itemgetter<I>, L::itemgot<I>: the index is out of the tuple's range");
    if constexpr (inside)
      return std::get<Index>(item);
    else
      return item;
  } else {
    return item;
  }
}

template <std::size_t... Index>
struct ItemGetterAt {
  std::string export_name() const { return all_names("itemgetter", {std::to_string(Index)...}); }
  template <class Item>
  constexpr auto operator()(Item const& item) const {
    if constexpr (sizeof...(Index) == 1)
      return (element<Index>(item), ...);
    else
      return std::tuple(element<Index>(item)...);
  }
};

struct ItemGetterAny {
  std::int64_t index;
  std::string export_name() const { return "itemgetter at " + std::to_string(index); }
  template <class Items>
  constexpr auto operator()(Items const& items) const {
    constexpr bool indexable = std::ranges::random_access_range<Items const>;
    static_assert(indexable,
                  "fastxx::itemgetter(i), L::itemgot(i): the items must be lists; for tuples write the "
                  "index in angle brackets, as in itemgot<1>()");
    if constexpr (indexable) {
      auto const at = checked_index(index, std::ranges::size(items), "itemgetter");
      return std::ranges::range_value_t<Items>(std::ranges::begin(items)[static_cast<std::ptrdiff_t>(at)]);
    } else {
      return index;  // the sentence above is enough
    }
  }
};

// What stands for a function from an item to a key: a callable, a member pointer, or an index into each item.
template <class Key>
constexpr auto as_key(Key key) {
  if constexpr (std::integral<Key>)
    return ItemGetterAny{static_cast<std::int64_t>(key)};
  else
    return key;
}

template <class X>
concept TrueOrFalse = requires(X const& x) {
  x.empty();
}
|| requires(X const& x) { static_cast<bool>(x); };

// Python's idea of truth: numbers that are not 0, collections that are not empty, optionals that hold something.
template <TrueOrFalse X>
constexpr bool truthy(X const& x) {
  if constexpr (requires { x.empty(); })
    return !x.empty();
  else
    return static_cast<bool>(x);
}

}  // namespace detail

/// One function that applies several, the first one first; none at all is noop.
///
/// Source:  fastcore 1.7.28 basics.py compose; differs: no order, a Pipeline has that
/// Example: examples/doc/list.cpp
template <class... Functions>
constexpr auto compose(Functions... functions) {
  if constexpr (sizeof...(Functions) == 0)
    return noop;
  else
    return detail::Composed<Functions...>{{std::move(functions)...}};
}

/// A function that reads a field of a struct: `attrgetter(&Row::text)`; several go inwards, as dots do in Python.
///
/// Source:  Python's operator.attrgetter (L-31)
/// Example: examples/doc/list.cpp
template <class... Members>
requires(sizeof...(Members) > 0 &&
         (std::is_member_pointer_v<Members> && ...)) constexpr auto attrgetter(Members... members) {
  return detail::AttrGetter<Members...>{{members...}};
}

/// A function that reads a named field of a map, or of any row with operator[]: `attrgetter<"text">()`.
///
/// Errors:  data_error [attrgetter.name] when a map has no such key
/// Source:  Python's operator.attrgetter, fastai 2.7.18 data/block.py on rows (L-31)
/// Example: examples/doc/list.cpp
template <fixed_string Name>
constexpr auto attrgetter() {
  return detail::KeyGetter<Name>{};
}

/// A function that gives an element of a tuple; with several indices, a tuple of elements.
///
/// Source:  Python's operator.itemgetter
/// Example: examples/doc/list.cpp
template <std::size_t... Index>
requires(sizeof...(Index) > 0) constexpr auto itemgetter() { return detail::ItemGetterAt<Index...>{}; }

/// A function that gives an item of a list by an index known at run time; negative ones count from the end.
constexpr auto itemgetter(std::int64_t index) { return detail::ItemGetterAny{index}; }

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/collection/functional.ipp>
#endif
