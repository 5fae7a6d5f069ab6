#pragma once

#include <fastxx/low/collection/indexing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fastxx::detail {

FASTXX_INLINE std::size_t checked_index(std::int64_t index, std::size_t size, char const* call) {
  auto const count = static_cast<std::int64_t>(size);
  if (index >= count || index < -count)
    throw data_error("list.index", {.call = call,
                                    .expected = {"an index from ", -count, " to ", count - 1, " for ", size, " items"},
                                    .got = {index}});
  return static_cast<std::size_t>(index < 0 ? index + count : index);
}

FASTXX_INLINE void check_index_tensor(std::int64_t dimensions, bool whole_numbers) {
  if (dimensions == 1 && whole_numbers) return;
  throw data_error("list.index", {.call = "L",
                                  .expected = "a tensor of integers or bools with one dimension",
                                  .got = whole_numbers ? ErrorText{dimensions, " dimensions"} : ErrorText{"fractions"},
                                  .fix = dimensions == 0 ? "write l[index.item<std::int64_t>()] for one item" : ""});
}

FASTXX_INLINE Indices to_indices(Slice const& slice, std::size_t size) {
  if (slice.step == 0)
    throw data_error("list.step", {.call = "L", .expected = "a step that is not 0", .got = "Slice{.step = 0}"});
  auto const count = static_cast<std::int64_t>(size);
  bool const up = slice.step > 0;
  auto inside = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + count : at, up ? 0 : -1, up ? count : count - 1);
  };
  std::int64_t const start = slice.start ? inside(*slice.start) : (up ? 0 : count - 1);
  std::int64_t const stop = slice.stop ? inside(*slice.stop) : (up ? count : -1);
  Indices result;
  // Counting by the distance that is left cannot overflow, however large the step.
  for (std::int64_t i = start; up ? i < stop : i > stop;) {
    result.push_back(static_cast<std::size_t>(i));
    if (up ? slice.step >= stop - i : slice.step <= stop - i) break;
    i += slice.step;
  }
  return result;
}

}  // namespace fastxx::detail
