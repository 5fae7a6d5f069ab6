#pragma once

#include <fastxx/low/collection/detail/list_parts.hpp>
#include <fastxx/low/collection/detail/split.hpp>
#include <fastxx/low/collection/list_options.hpp>
#include <fastxx/low/core/random.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <numeric>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// A list that is indexed and transformed like an array: `L(1, 2, 3)[-1]`, `l[Slice{.stop = 2}]`, `l[{0, 2}]`,
/// `l[l.map(gt(1))]`, `l.filter(f).map(g).sum()`. Every function gives a new list unless it says otherwise.
///
/// Made from items, from any range, or from one text, which is one item. Being a random-access range it goes into every
/// algorithm and view of the standard library, and comes out of views: `L(v | std::views::take(2))`.
/// Errors:  data_error [list.index], [list.mask], [list.step], [list.lookup], [list.empty], [list.cycle], [list.length],
///          [list.range]; a sentence (compile time) where the items cannot do what a function needs, and for `t[{0, 2}] = ...`,
///          which would change a copy
/// Source:  fastcore 1.7.28 foundation.py L (L-26, L-27, L-28); differs: all items have one type; a map gives its pairs;
///          what is a Python dict there is a std::map, sorted by key; masks must have the list's length
/// Example: examples/doc/list.cpp
template <class T>
class L {
  using Items = std::vector<T>;

 public:
  using value_type = T;
  using iterator = typename Items::iterator;
  using const_iterator = typename Items::const_iterator;
  using reference = typename Items::reference;
  using const_reference = typename Items::const_reference;

  L() = default;
  L(std::initializer_list<T> items) : items_(items) {}
  template <detail::ListLike Range>
  requires(!std::is_same_v<std::remove_cvref_t<Range>, L>) explicit L(Range&& range) {
    if constexpr (std::ranges::sized_range<Range>) items_.reserve(std::ranges::size(range));
    for (auto&& item : range) items_.push_back(static_cast<T>(std::forward<decltype(item)>(item)));
  }
  template <class First, class... Rest>
  requires(sizeof...(Rest) > 0 || !detail::ListLike<First>) explicit L(First&& first, Rest&&... rest) {
    items_.reserve(1 + sizeof...(Rest));
    items_.push_back(static_cast<T>(std::forward<First>(first)));
    (items_.push_back(static_cast<T>(std::forward<Rest>(rest))), ...);
  }

  L(L const&) = default;
  L(L&&) = default;
  ~L() = default;
  L& operator=(L const&) & = default;
  L& operator=(L&&) & = default;
  /// Refused: `t[{0, 2}] = ...` would change a new list. Write `t.set({0, 2}, ...)`.
  template <class Values>
  void operator=(Values const&) && {
    detail::refuse_change_of_copy<Values>();
  }

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  iterator begin() { return items_.begin(); }
  iterator end() { return items_.end(); }
  const_iterator begin() const { return items_.begin(); }
  const_iterator end() const { return items_.end(); }
  /// The vector inside, for everything a vector can do.
  Items& items() { return items_; }
  Items const& items() const { return items_; }
  L copy() const { return *this; }

  /// One item; a negative index counts from the end.
  template <std::integral Index>
  reference operator[](Index index) {
    return items_[detail::checked_index(static_cast<std::int64_t>(index), size())];
  }
  template <std::integral Index>
  const_reference operator[](Index index) const {
    return items_[detail::checked_index(static_cast<std::int64_t>(index), size())];
  }
  /// Several, as a new list: by a Slice, by a range or tensor of integers, by a mask of bools. A tensor without dimensions,
  /// one index, is refused: what comes back is decided before its number of dimensions is known. Write
  /// `l[index.item<std::int64_t>()]`.
  template <detail::Indexer Index>
  L operator[](Index const& index) const {
    return pick(detail::to_indices(index, size()));
  }
  L operator[](std::initializer_list<std::int64_t> index) const { return pick(detail::to_indices(index, size())); }

  /// Change the items at an index, a Slice, a list of integers or a mask; one value serves all of them.
  template <class Values>
  void set(std::initializer_list<std::int64_t> index, Values const& values) {
    set(std::vector<std::int64_t>(index), values);
  }
  template <class Index, class Values>
  void set(Index const& index, Values const& values) {
    if constexpr (std::integral<Index>) {
      (*this)[index] = static_cast<T>(values);
    } else {
      auto const places = detail::to_indices(index, size());
      if constexpr (std::convertible_to<Values const&, T>) {
        for (auto const at : places) items_[at] = values;
      } else {
        L const given(values);
        for (std::size_t i = 0; i < std::min(places.size(), given.size()); ++i) items_[places[i]] = given.items_[i];
      }
    }
  }
  template <class Member, class Value>
  void setattrs(Member member, Value const& value) {
    for (auto& item : items_) std::invoke(member, item) = value;
  }

  /// Sorted by a key: a function, a member pointer, or an index into each item. Equal ones stay in their order.
  template <class Key = noop_t>
  L sorted(Key key = {}, SortOptions options = {}) const {
    auto get = detail::as_key(std::move(key));
    if constexpr (detail::require_less<detail::mapped_t<decltype(get), T>>()) {
      std::vector<detail::mapped_t<decltype(get), T>> keys;
      for (auto const& item : items_) keys.push_back(detail::map_item(get, item));
      detail::Indices order(size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return options.reverse ? keys[b] < keys[a] : keys[a] < keys[b];
      });
      return pick(order);
    } else {
      return *this;
    }
  }
  L reversed() const { return pick(detail::to_indices(Slice{.step = -1}, size())); }
  /// A new order from a seed, or from a stream of random numbers.
  L shuffle(std::uint64_t seed) const {
    Random random(seed);
    return shuffle(random);
  }
  L shuffle(Random& random) const { return (*this)[random.permutation(static_cast<std::int64_t>(size()))]; }
  /// Each value once, where it stood first.
  L unique() const {
    if constexpr (detail::require_equal<T>()) {
      detail::Seen<T> seen;
      return filter([&](T const& item) { return seen.add(item); });
    } else {
      return *this;
    }
  }
  L unique(UniqueOptions options) const { return options.sort ? unique().sorted() : unique(); }

  /// f(first..., item) of each item; `f` may also be a member pointer, a format text such as "item {}", or a map or list
  /// in which the items are looked up.
  template <class Function, class... First>
  auto map(Function f, First const&... first) const {
    constexpr bool maps = detail::MapsItem<Function, T, First...>;
    static_assert(maps,
                  "fastxx::L::map(f): 'f' must be callable with an item, a format text, or a map or list that "
                  "has the items as keys or indices");
    if constexpr (maps) {
      L<detail::mapped_t<Function, T, First...>> result;
      result.items().reserve(size());
      for (auto const& item : items_) result.items().push_back(detail::map_item(f, item, first...));
      return result;
    } else {
      return *this;
    }
  }
  L map(T (*f)(T)) const {
    return map([f](T const& item) { return f(item); });
  }  // so that map(abs) finds its abs

  /// The items for which the function is true; without one, those that are true themselves.
  template <class Function = noop_t>
  L filter(Function f = {}, FilterOptions options = {}) const {
    return pick(where(f, options.negate));
  }
  /// The indices of those items.
  template <class Function>
  L<std::int64_t> argwhere(Function f, FilterOptions options = {}) const {
    return L<std::int64_t>(where(f, options.negate));
  }
  /// The index of the first of them, if there is one.
  template <class Function>
  std::optional<std::int64_t> argfirst(Function f, FilterOptions options = {}) const {
    for (std::size_t i = 0; i < size(); ++i)
      if (detail::holds_for(f, items_[i]) != options.negate) return static_cast<std::int64_t>(i);
    return {};
  }
  bool contains(T const& value) const {
    if constexpr (detail::require_equal<T>())
      return std::find(begin(), end(), value) != end();
    else
      return false;
  }

  /// (index, item) and (item, index).
  L<std::tuple<std::int64_t, T>> enumerate() const { return L<std::int64_t>::range(ssize()).zipwith(items_); }
  L<std::tuple<T, std::int64_t>> renumerate() const { return zipwith(L<std::int64_t>::range(ssize())); }
  /// Where each value stands; the last place when it stands in several.
  std::map<T, std::int64_t> val2idx() const {
    std::map<T, std::int64_t> result;
    if constexpr (detail::require_less<T>())
      for (std::size_t i = 0; i < size(); ++i) result[items_[i]] = static_cast<std::int64_t>(i);
    return result;
  }
  /// Itself over and over, without end: for zipwith, or to take some from.
  detail::Cycle<T> cycle() const { return detail::Cycle<T>(items_); }
  /// The items (or `val` of them) by the key they have.
  template <class Key, class Val = noop_t>
  auto groupby(Key key, Val val = {}) const {
    auto get_key = detail::as_key(std::move(key));
    auto get_val = detail::as_key(std::move(val));
    std::map<detail::mapped_t<decltype(get_key), T>, L<detail::mapped_t<decltype(get_val), T>>> result;
    if constexpr (detail::require_less<detail::mapped_t<decltype(get_key), T>>())
      for (auto const& item : items_)
        result[detail::map_item(get_key, item)].items().push_back(detail::map_item(get_val, item));
    return result;
  }
  /// From each item to what the function makes of it.
  template <class Function = noop_t>
  auto map_dict(Function f = {}) const {
    std::map<T, detail::mapped_t<Function, T>> result;
    if constexpr (detail::require_less<T>())
      for (auto const& item : items_) result[item] = detail::map_item(f, item);
    return result;
  }
  /// The first result that is true, or for which `found` is.
  template <class Function = noop_t, class Predicate = noop_t>
  auto map_first(Function f = {}, Predicate found = {}) const {
    std::optional<detail::mapped_t<Function, T>> result;
    for (auto const& item : items_) {
      result = detail::map_item(f, item);
      if (detail::holds_for(found, *result)) return result;
    }
    return decltype(result)();
  }

  /// Element I of each item that is a tuple; with several indices, going inwards.
  template <std::size_t Index, std::size_t... Inner>
  auto itemgot() const {
    auto const got = map(itemgetter<Index>());
    if constexpr (sizeof...(Inner) == 0)
      return got;
    else
      return got.template itemgot<Inner...>();
  }
  /// The same for items that are lists.
  auto itemgot(std::int64_t index) const { return map(itemgetter(index)); }
  /// A field of each item: `attrgot(&Row::text)`; several go inwards.
  template <class Member, class... Inner>
  requires std::is_member_pointer_v<Member>
  auto attrgot(Member member, Inner... inner) const { return map(attrgetter(member, inner...)); }
  /// What each item, a map, has under a key, or the fallback.
  template <class Key, class Value>
  requires(!std::is_member_pointer_v<Key>) auto attrgot(Key const& key, Value const& fallback) const {
    static_assert(detail::MapLike<T const&>, "fastxx::L::attrgot(key, fallback): the items must be maps");
    if constexpr (detail::MapLike<T const&>)
      return map([&](auto const& map) {
        auto const found = map.find(key);
        return found == map.end() ? typename T::mapped_type(fallback) : found->second;
      });
    else
      return *this;
  }

  /// f(first..., elements of the item...) for items that are tuples.
  template <class Function, class... First>
  auto starmap(Function f, First const&... first) const {
    static_assert(is_tuple_v<T>, "fastxx::L::starmap(f): the items must be tuples, as zipwith and enumerate make them");
    if constexpr (is_tuple_v<T>)
      return map([&](auto const& item) {
        return std::apply([&](auto const&... element) { return std::invoke(f, first..., element...); },
                          detail::tie_elements(item));
      });
    else
      return *this;
  }
  /// Tuples of the items of this list and of others, as many as the shortest has.
  template <std::ranges::input_range... Rest>
  auto zipwith(Rest const&... rest) const {
    L<std::tuple<T, detail::range_item_t<Rest>...>> result;
    auto next = [&, at = std::tuple(std::ranges::begin(rest)...)](T const& item) mutable {
      return std::apply(
          [&](auto&... it) {
            if (((it == std::ranges::end(rest)) || ...)) return false;
            result.items().emplace_back(item, *it...);
            return ((++it, void(), true) && ...);
          },
          at);
    };
    for (auto const& item : items_)
      if (!next(item)) break;
    return result;
  }
  template <class Function, std::ranges::input_range... Rest>
  auto map_zipwith(Function f, Rest const&... rest) const {
    return zipwith(rest...).starmap(std::move(f));
  }
  /// Rows to columns: lists to lists of their first, second, ... items; tuples to one tuple of lists.
  auto zip(ZipOptions options = {}) const {
    if constexpr (is_tuple_v<T>)
      return columns(std::make_index_sequence<std::tuple_size_v<decltype(detail::tie_elements(std::declval<T>()))>>{});
    else
      return detail::transpose(items_, options.cycled);
  }
  /// f of the first items, the second items, ... of a list of lists: f takes one list.
  template <class Function>
  auto map_zip(Function f, ZipOptions options = {}) const {
    return zip(options).map(std::move(f));
  }
  /// The items of all lists in this list, one after another; items that are no lists stay.
  auto concat() const {
    if constexpr (detail::ListLike<T const&>) {
      L<detail::range_item_t<T>> result;
      for (auto const& list : items_) result.extend(list);
      return result;
    } else {
      return *this;
    }
  }

  /// f(f(f(initial, first), second), ...).
  template <class Function, class Initial>
  Initial reduce(Function f, Initial initial) const {
    if constexpr (detail::require_reduces<Function, Initial, T>())
      for (auto const& item : items_) initial = std::invoke(f, std::move(initial), item);
    return initial;
  }
  template <class Function>
  T reduce(Function f) const {
    if (empty())
      throw data_error(
          "list.empty",
          {.call = "L::reduce", .expected = "at least one item, or an initial value", .got = "an empty list"});
    T result = items_.front();
    if constexpr (detail::require_reduces<Function, T, T>())
      for (std::size_t i = 1; i < size(); ++i) result = std::invoke(f, std::move(result), items_[i]);
    return result;
  }
  /// Of no items 0; in the type that adding two items has.
  auto sum() const {
    if constexpr (detail::require_plus<T>())
      return reduce(std::plus<>(), std::decay_t<decltype(std::declval<T>() + std::declval<T>())>());
    else
      return *this;
  }
  /// Of no items 1.
  auto product() const {
    if constexpr (detail::require_times<T>())
      return reduce(std::multiplies<>(), std::decay_t<decltype(std::declval<T>() * std::declval<T>())>(1));
    else
      return *this;
  }

  /// Add one item, or all of a range, to this list.
  L& append(T item) {
    items_.push_back(std::move(item));
    return *this;
  }
  template <std::ranges::input_range Range>
  L& extend(Range const& range) {
    if constexpr (std::ranges::random_access_range<Range const> && std::ranges::sized_range<Range const>) {
      // Not by iterators, which end when the list grows: the range may be this list.
      auto const count = static_cast<std::ranges::range_difference_t<Range const>>(std::ranges::size(range));
      for (std::ranges::range_difference_t<Range const> i = 0; i < count; ++i)
        items_.push_back(static_cast<T>(std::ranges::begin(range)[i]));
    } else {
      for (auto const& item : range) items_.push_back(static_cast<T>(item));
    }
    return *this;
  }
  template <class More>
  L& operator+=(More const& more) & {
    if constexpr (detail::ListLike<More const&> && !std::is_convertible_v<More const&, T>)
      return extend(L(more).items_);  // a copy first: it may be this list
    else
      return append(static_cast<T>(more));
  }
  template <class More>
  void operator+=(More const&) && {
    detail::refuse_change_of_copy<More>();
  }
  /// A list and more items, or one more, on either side.
  template <class More>
  friend L operator+(L list, More const& more) {
    return list += more;
  }
  template <class Front>
  requires(!detail::is_list_v<Front>) friend L operator+(Front const& front, L const& list) {
    L result;
    result += front;
    result.extend(list.items_);
    return result;
  }
  /// The list, `times` over.
  friend L operator*(L const& list, std::int64_t times) {
    L result;
    for (; times > 0; --times) result.extend(list.items_);
    return result;
  }
  /// Not each item: the opposite mask.
  L<bool> operator~() const {
    return map([](auto const& item) { return !detail::truthy(item); });
  }

  /// Equal to every range with equal items; to a text or a map never.
  template <class Other>
  requires std::ranges::input_range<Other const>
  friend bool operator==(L const& list, Other const& other) {
    if constexpr (detail::ListLike<Other const&> && !detail::MapLike<Other const&>)
      return std::equal(list.begin(), list.end(), std::ranges::begin(other), std::ranges::end(other),
                        [](auto const& a, auto const& b) { return detail::equal_items(a, b); });
    else
      return false;
  }
  /// Item by item, as lists compare in Python.
  friend bool operator<(L const& a, L const& b) {
    if constexpr (detail::require_less<T>())
      return a.items_ < b.items_;
    else
      return false;
  }
  /// `(#3) [1,2,3]`, the first 20 items.
  std::string to_string() const {
    std::string text = "(#" + std::to_string(size()) + ") [";
    for (std::size_t i = 0; i < std::min<std::size_t>(size(), 20); ++i) text += (i ? "," : "") + repr(T(items_[i]));
    return text + (size() > 20 ? "...]" : "]");
  }
  friend std::ostream& operator<<(std::ostream& out, L const& list) { return out << list.to_string(); }

  /// The integers, or numbers, from start up to and without stop.
  static L range(T stop) requires std::is_arithmetic_v<T> { return range(T(0), stop); }
  static L range(T start, T stop, T step = T(1)) requires std::is_arithmetic_v<T> {
    if (step == T(0))
      throw data_error("list.step", {.call = "L::range", .expected = "a step that is not 0", .got = "0"});
    L result;
    auto const count = detail::count_steps(start, stop, step);
    result.items_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) result.items_.push_back(detail::step_at(start, step, i));
    return result;
  }
  /// The parts of a text between separators; without one the words between white space.
  static L split(std::string_view text, SplitOptions options = {}) requires std::is_same_v<T, std::string> {
    return L(detail::split_text(text, options.sep, options.maxsplit));
  }
  /// The lines of a text, without their ends.
  static L splitlines(std::string_view text) requires std::is_same_v<T, std::string> {
    return L(detail::split_lines(text));
  }

 private:
  std::ptrdiff_t ssize() const { return static_cast<std::ptrdiff_t>(size()); }

  L pick(detail::Indices const& places) const {
    L result;
    result.items_.reserve(places.size());
    for (auto const at : places) result.items_.push_back(items_[at]);
    return result;
  }
  template <class Function>
  detail::Indices where(Function& f, bool negate) const {
    detail::Indices places;
    for (std::size_t i = 0; i < size(); ++i)
      if (detail::holds_for(f, items_[i]) != negate) places.push_back(i);
    return places;
  }
  template <std::size_t... I>
  auto columns(std::index_sequence<I...>) const {
    return std::tuple(map(itemgetter<I>())...);
  }
  Items items_{};
};

template <class T>
L(std::initializer_list<T>) -> L<detail::item_t<T>>;
template <detail::ListLike Range>
L(Range&&) -> L<detail::range_item_t<Range>>;
template <class First, class... Rest>
requires(sizeof...(Rest) > 0 || !detail::ListLike<First>) L(First const&, Rest const&...)
->L<detail::common_item_t<First, Rest...>>;

}  // namespace fastxx
