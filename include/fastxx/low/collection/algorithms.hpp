#pragma once

#include <fastxx/low/collection/list.hpp>
#include <fastxx/low/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {
template <class Function, class Item>
bool is_chosen(Function& f, Item const& item) {
  if constexpr (std::is_same_v<Function, noop_t>)
    return true;
  else
    return truthy(std::invoke(f, item));
}
}  // namespace detail

/// The first item of a range, or the first for which `f` is true; nothing when there is none.
///
/// Source:  fastcore 1.7.28 basics.py first
/// Example: examples/doc/list.cpp
template <detail::ListLike Range, class Function = noop_t>
auto first(Range&& range, Function f = {}) {
  for (auto const& item : range)
    if (detail::is_chosen(f, item)) return std::optional<std::ranges::range_value_t<Range>>(item);
  return std::optional<std::ranges::range_value_t<Range>>();
}

/// The last item of a range, or the last for which `f` is true; nothing when there is none.
///
/// Source:  fastcore 1.7.28 basics.py last
/// Example: examples/doc/list.cpp
template <detail::ListLike Range, class Function = noop_t>
auto last(Range&& range, Function f = {}) {
  std::optional<std::ranges::range_value_t<Range>> result;
  for (auto const& item : range)
    if (detail::is_chosen(f, item)) result = item;
  return result;
}

/// The one item of a range.
///
/// Errors:  data_error [only.count] when there is none, or more than one
/// Source:  fastcore 1.7.28 basics.py only
/// Example: examples/doc/list.cpp
template <detail::ListLike Range>
std::ranges::range_value_t<Range> only(Range&& range) {
  auto it = std::ranges::begin(range);
  bool const none = it == std::ranges::end(range);
  if (!none) {
    std::ranges::range_value_t<Range> item = *it;
    if (++it == std::ranges::end(range)) return item;
  }
  throw data_error("only.count", {.call = "only", .expected = "one item", .got = none ? "none" : "more than one"});
}

/// The indices of a range: 0, 1, ... as many as it has items.
///
/// Source:  fastcore 1.7.28 basics.py range_of
/// Example: examples/doc/list.cpp
template <detail::ListLike Range>
L<std::int64_t> range_of(Range const& range) {
  return L<std::int64_t>::range(static_cast<std::int64_t>(std::ranges::distance(range)));
}

/// How chunked cuts; give one of the first two.
struct ChunkOptions {
  std::optional<std::int64_t> chunk_sz = {};
  std::optional<std::int64_t> n_chunks = {};  ///< chunks of ceil(size / n_chunks), so there may be fewer
  bool drop_last = false;                     ///< leave out a last chunk that is shorter
};

/// Cut a range into lists of equal length: `chunked(items, {.chunk_sz = 32})`.
///
/// Errors:  data_error [chunked.size] unless exactly one of chunk_sz and n_chunks is given, and positive
/// Source:  fastcore 1.7.28 basics.py chunked
/// Example: examples/doc/list.cpp
template <detail::ListLike Range>
auto chunked(Range const& range, ChunkOptions const& options) {
  L<detail::range_item_t<Range>> const items(range);
  if (options.chunk_sz.has_value() == options.n_chunks.has_value() || options.chunk_sz.value_or(1) < 1 ||
      options.n_chunks.value_or(1) < 1)
    throw data_error("chunked.size",
                     {.call = "chunked",
                      .expected = "one of chunk_sz and n_chunks, at least 1",
                      .got = "chunk_sz " + repr(options.chunk_sz) + " and n_chunks " + repr(options.n_chunks)});
  auto const count = static_cast<std::int64_t>(items.size());
  auto const split = options.n_chunks.value_or(1);
  auto const size = options.chunk_sz.value_or(count / split + (count % split != 0 || count == 0));
  L<L<detail::range_item_t<Range>>> chunks;
  for (std::int64_t at = 0; at < count; at += std::min(size, count - at))
    if (!options.drop_last || count - at >= size)
      chunks.append(items[Slice{.start = at, .stop = at + std::min(size, count - at)}]);
  return chunks;
}

/// The items of a range by the key they have: a function, a member pointer or an index; `val` of each is kept.
///
/// Source:  fastcore 1.7.28 basics.py groupby; differs: the map is sorted by key
/// Example: examples/doc/list.cpp
template <detail::ListLike Range, class Key>
auto groupby(Range const& range, Key key) {
  return L<detail::range_item_t<Range>>(range).groupby(std::move(key));
}

/// Each value of a range once, where it stood first.
///
/// Source:  fastcore 1.7.28 basics.py uniqueify
/// Example: examples/doc/list.cpp
template <detail::ListLike Range>
auto uniqueify(Range const& range) {
  return L<detail::range_item_t<Range>>(range).unique();
}

/// Two lists: the items for which `f` is true, and the others.
///
/// Source:  fastcore 1.7.28 basics.py partition
/// Example: examples/doc/list.cpp
template <detail::ListLike Range, class Function>
auto partition(Range const& range, Function f) {
  std::pair<L<detail::range_item_t<Range>>, L<detail::range_item_t<Range>>> parts;
  for (auto const& item : range) (detail::truthy(std::invoke(f, item)) ? parts.first : parts.second).append(item);
  return parts;
}

namespace detail {
template <class X>
consteval auto leaf() {
  if constexpr (ListLike<X const&>)
    return leaf<std::ranges::range_value_t<X>>();
  else
    return std::type_identity<item_t<X>>{};
}
template <class Range, class Leaves>
void flatten_into(Range const& range, Leaves& leaves) {
  for (auto const& item : range)
    if constexpr (ListLike<std::ranges::range_value_t<Range> const&>)
      flatten_into(item, leaves);
    else
      leaves.append(typename Leaves::value_type(item));
}
}  // namespace detail

/// The items of ranges of ranges, however deep, as one list; texts stay whole.
///
/// Source:  fastcore 1.7.28 basics.py flatten
/// Example: examples/doc/list.cpp
template <detail::ListLike Range>
auto flatten(Range const& range) {
  L<typename decltype(detail::leaf<Range>())::type> leaves;
  detail::flatten_into(range, leaves);
  return leaves;
}

/// One map with the entries of all; a later one wins.
///
/// Source:  fastcore 1.7.28 basics.py merge
/// Example: examples/doc/list.cpp
template <detail::MapLike Map, class... More>
requires(std::is_same_v<Map, More>&&...) Map merge(Map first, More const&... more) {
  (
      [&] {
        for (auto const& [key, value] : more) first.insert_or_assign(key, value);
      }(),
      ...);
  return first;
}

}  // namespace fastxx
