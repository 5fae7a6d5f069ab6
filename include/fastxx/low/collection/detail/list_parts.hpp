#pragma once

#include <fastxx/low/collection/functional.hpp>
#include <fastxx/low/collection/indexing.hpp>
#include <fastxx/low/collection/predicates.hpp>
#include <fastxx/low/collection/repr.hpp>
#include <fastxx/low/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace fastxx {

/// A list, see <fastxx/low/collection/list.hpp>.
template <class T>
class L;

namespace detail {

template <class T>
inline constexpr bool is_list_v = false;
template <class T>
inline constexpr bool is_list_v<L<T>> = true;

// What a list holds when it is given an X: texts are owned, references become values.
template <class X>
using item_t = std::conditional_t<StringLike<X>, std::string, std::decay_t<X>>;

template <class Range>
using range_item_t = item_t<std::ranges::range_value_t<Range>>;

// The item type of a list of these: theirs when all are alike, what they convert to otherwise.
template <class First, class... Rest>
consteval auto common_item() {
  if constexpr ((std::is_same_v<item_t<First>, item_t<Rest>> && ...))
    return std::type_identity<item_t<First>>{};
  else
    return std::type_identity<std::common_type_t<item_t<First>, item_t<Rest>...>>{};
}
template <class... Items>
using common_item_t = typename decltype(common_item<Items...>())::type;

template <class A, class B>
constexpr bool equal_items(A const& a, B const& b) {
  if constexpr (StringLike<A> && StringLike<B>)
    return std::string_view(a) == std::string_view(b);
  else
    return EqualTo{}(a, b);
}

// What a list's functions need of its items, or of what is made of them; without it there is one sentence.
template <class T>
consteval bool require_less() {
  constexpr bool orders = requires(T const& x) {
    { x < x } -> std::convertible_to<bool>;
  };
  static_assert(orders,
                "fastxx::L: this needs items, or keys, that have an order: give the type an operator<, or write a key "
                "function, as in sorted(key)");
  return orders;
}
template <class T>
consteval bool require_equal() {
  constexpr bool compares = requires(T const& x) {
    { x == x } -> std::convertible_to<bool>;
  };
  static_assert(compares, "fastxx::L: this needs items that can be compared: give their type an operator==");
  return compares;
}
template <class T>
consteval bool require_plus() {
  constexpr bool adds = requires(T const& x) { x + x; };
  static_assert(
      adds,
      "fastxx::L::sum(): the items have no +; write reduce(f, initial) with a function that adds two of them, "
      "or concat() for a list of lists");
  return adds;
}
template <class T>
consteval bool require_times() {
  constexpr bool multiplies = requires(T const& x) { x* x; };
  static_assert(
      multiplies,
      "fastxx::L::product(): the items have no *; write reduce(f, initial) with a function that multiplies two "
      "of them");
  return multiplies;
}
template <class Function, class Result, class Item>
consteval bool require_reduces() {
  constexpr bool reduces = requires(Function & f, Result & result, Item const& item) {
    result = std::invoke(f, std::move(result), item);
  };
  static_assert(
      reduces,
      "fastxx::L::reduce(f, initial): 'f' must be callable with what it gave before and an item, and give the "
      "type of 'initial'");
  return reduces;
}

// The function's answer for an item, as true or false.
template <class Function, class Item>
constexpr bool holds_for(Function& function, Item const& item) {
  constexpr bool answers = requires { truthy(std::invoke(function, item)); };
  static_assert(
      answers,
      "fastxx::L: the function must be callable with an item and say true or false; without a function the items "
      "must be true or false themselves");
  if constexpr (answers)
    return truthy(std::invoke(function, item));
  else
    return false;
}

template <class Values>
constexpr void refuse_change_of_copy() {
  static_assert(sizeof(Values) == 0,
                "fastxx::L: t[{0, 2}], t[mask] and t[Slice{}] are new lists, so that this would change none; write "
                "t.set({0, 2}, values)");
}

// Has a value been seen before? By hash, by order, or one after another: whatever the type allows.
template <class T>
struct Seen {
  static constexpr bool hashes = requires(T const& x) {
    { std::hash<T>{}(x) } -> std::convertible_to<std::size_t>;
  };
  static constexpr bool orders = requires(T const& x) {
    { x < x } -> std::convertible_to<bool>;
  };
  using Set =
      std::conditional_t<hashes, std::unordered_set<T>, std::conditional_t<orders, std::set<T>, std::vector<T>>>;
  Set set = {};

  bool add(T const& x) {
    if constexpr (hashes || orders) {
      return set.insert(x).second;
    } else {
      for (auto const& other : set)
        if (other == x) return false;
      set.push_back(x);
      return true;
    }
  }
};

// Each {} or {0} becomes the item; {{ and }} are single braces.
template <class Item>
std::string format_item(std::string_view format, Item const& item) {
  std::string result;
  for (std::size_t i = 0; i < format.size(); ++i) {
    std::string_view const rest = format.substr(i);
    if (rest.starts_with("{}") || rest.starts_with("{0}")) {
      result += text_of(item);
      i += rest[1] == '}' ? 1 : 2;
    } else {
      if (rest.starts_with("{{") || rest.starts_with("}}")) ++i;
      result += rest[0];
    }
  }
  return result;
}

template <class Map, class Key>
concept LooksUp = MapLike<Map const&> && requires(Map const& map, Key const& key) {
  map.find(key);
};
template <class List, class Index>
concept PicksFrom = ListLike<List const&> && std::ranges::random_access_range<List const> && std::integral<Index>;

template <class Function, class Item, class... First>
concept MapsItem = std::invocable<Function&, First const&..., Item const&> ||
    (sizeof...(First) == 0 && (StringLike<Function> || LooksUp<Function, Item> || PicksFrom<Function, Item>));

template <class Function, class Item, class... First>
constexpr auto map_item(Function& function, Item const& item, First const&... first) {
  if constexpr (std::invocable<Function&, First const&..., Item const&>) {
    return std::invoke(function, first..., item);
  } else if constexpr (StringLike<Function>) {
    return format_item(function, item);
  } else if constexpr (LooksUp<Function, Item>) {
    auto const found = function.find(item);
    if (found == function.end())
      throw data_error("list.lookup", {.call = "L::map", .expected = "a key of the map", .got = repr(item)});
    return found->second;
  } else {
    return ItemGetterAny{static_cast<std::int64_t>(item)}(function);
  }
}
template <class Function, class Item, class... First>
using mapped_t =
    item_t<decltype(map_item(std::declval<Function&>(), std::declval<Item const&>(), std::declval<First const&>()...))>;

// How many numbers there are from start up to and without stop. Counted before the first is made, because the one after
// the last may be none of the type's. Distances of integers are unsigned: that of the smallest to the largest fits.
template <class T>
std::size_t count_steps(T start, T stop, T step) {
  if constexpr (std::integral<T>) {
    bool const up = step > T(0);
    if (up ? start >= stop : start <= stop) return 0;
    auto const from = static_cast<std::uint64_t>(up ? start : stop), to = static_cast<std::uint64_t>(up ? stop : start);
    auto const size = static_cast<std::uint64_t>(step);
    return (to - from - 1) / (up ? size : std::uint64_t{0} - size) + 1;
  } else {
    T const count = std::ceil((stop - start) / step);
    if (!std::isfinite(count))
      throw data_error("list.range", {.call = "L::range",
                                      .expected = "finite numbers",
                                      .got = repr(start) + " to " + repr(stop) + " by " + repr(step)});
    return count > T(0) ? static_cast<std::size_t>(count) : 0;
  }
}
template <class T>
T step_at(T start, T step, std::size_t i) {
  if constexpr (std::integral<T>)
    return static_cast<T>(static_cast<std::uint64_t>(start) + i * static_cast<std::uint64_t>(step));
  else
    return start + static_cast<T>(i) * step;
}

// Rows to columns; as many as the shortest row has, or as the first one, with the others over and over.
template <class T>
auto transpose(std::vector<T> const& rows, bool cycled) {
  static_assert(ListLike<T const&>, "fastxx::L::zip(): the items must be lists or tuples");
  L<L<range_item_t<T>>> result;
  std::size_t length = rows.empty() ? 0 : rows.front().size();
  for (auto const& row : rows) {
    if (!cycled) length = std::min<std::size_t>(length, row.size());
    if (length > 0 && row.size() == 0)
      throw data_error("list.cycle",
                       {.call = "L::zip", .expected = "lists with items to repeat", .got = "an empty one"});
  }
  for (std::size_t i = 0; i < length; ++i) {
    auto& column = result.items().emplace_back();
    for (auto const& row : rows) column.append(row[i % row.size()]);
  }
  return result;
}

// A list that repeats itself without end: what L::cycle gives.
template <class T>
class Cycle {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = T;
    iterator() = default;
    explicit iterator(std::vector<T> const* items) : items_(items) {}
    T operator*() const { return (*items_)[at_]; }
    iterator& operator++() {
      at_ = at_ + 1 == items_->size() ? 0 : at_ + 1;
      return *this;
    }
    iterator operator++(int) {
      iterator const before = *this;
      ++*this;
      return before;
    }
    bool operator==(iterator const& other) const = default;

   private:
    std::vector<T> const* items_ = nullptr;
    std::size_t at_ = 0;
  };

  explicit Cycle(std::vector<T> items) : items_(std::move(items)) {
    if (items_.empty())
      throw data_error("list.cycle", {.call = "L::cycle", .expected = "at least one item", .got = "an empty list"});
  }
  iterator begin() const { return iterator(&items_); }
  std::unreachable_sentinel_t end() const { return {}; }

 private:
  std::vector<T> items_;
};

}  // namespace detail
}  // namespace fastxx
