#pragma once

#include <fastxx/low/collection/detail/list_like.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace fastxx {

/// Every step-th index from start up to, and without, stop; negative ones count from the end, those left out mean the
/// whole. `L(1, 2, 3)[Slice{.start = 1}]` is `[2, 3]`, `Slice{.step = -1}` reverses.
///
/// Errors:  data_error [list.step] for a step of 0, when it is used
/// Source:  Python's slice
/// Example: examples/doc/list.cpp
struct Slice {
  std::optional<std::int64_t> start = {};
  std::optional<std::int64_t> stop = {};
  std::int64_t step = 1;
};

namespace detail {

// A tensor as index, known by what it can do, so that lists need no libtorch.
template <class T>
concept TensorLike = requires(T const& t) {
  t.numel();
  t.scalar_type();
  t.is_contiguous();
};

// One dimension of integers or bools.
void check_index_tensor(std::int64_t dimensions, bool whole_numbers);

std::size_t checked_index(std::int64_t index, std::size_t size, char const* call = "L");

using Indices = std::vector<std::size_t>;

Indices to_indices(Slice const& slice, std::size_t size);

// A mask of bools gives where it is true; a list of integers is itself, negative ones counted from the end.
template <ListLike Range>
Indices to_indices(Range&& range, std::size_t size) {
  using Value = std::ranges::range_value_t<Range>;
  static_assert(std::is_integral_v<Value>,
                "fastxx::L: an index must be an integer, a Slice, integers, or a mask of bools");
  Indices result;
  if constexpr (std::is_same_v<Value, bool>) {
    std::size_t at = 0;
    for (bool const wanted : range) {
      if (wanted) result.push_back(at);
      ++at;
    }
    if (at != size)
      throw data_error(
          "list.mask",
          {.call = "L", .expected = {"a mask as long as the list, ", size, " items"}, .got = {"a mask of ", at}});
  } else if constexpr (std::integral<Value>) {
    for (auto const index : range) result.push_back(checked_index(static_cast<std::int64_t>(index), size));
  }
  return result;
}

template <TensorLike Tensor>
Indices to_indices(Tensor const& tensor, std::size_t size) {
  using Type = std::decay_t<decltype(tensor.scalar_type())>;
  check_index_tensor(tensor.dim(), !tensor.is_floating_point() && !tensor.is_complex());
  auto const numbers = tensor.cpu().toType(Type::Long).contiguous();
  auto const* data = numbers.template data_ptr<std::int64_t>();
  std::vector<std::int64_t> const values(data, data + numbers.numel());
  if (tensor.scalar_type() == Type::Bool) return to_indices(std::vector<bool>(values.begin(), values.end()), size);
  return to_indices(values, size);
}

template <class T>
concept Indexer = std::is_same_v<T, Slice> || ListLike<T const&> || TensorLike<T>;

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/collection/indexing.ipp>
#endif
