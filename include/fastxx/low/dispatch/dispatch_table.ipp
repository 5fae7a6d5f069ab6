#pragma once

#include <fastxx/low/dispatch/dispatch_table.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void sort_rows(std::vector<DispatchRow>& rows) {
  std::vector<TypeId> order;
  for (DispatchRow const& row : rows)
    if (std::find(order.begin(), order.end(), row.first) == order.end()) order.push_back(row.first);
  auto place = [&](DispatchRow const& row) { return std::find(order.begin(), order.end(), row.first); };
  auto before = [&](DispatchRow const& a, DispatchRow const& b) {
    if (a.depth_of_first != b.depth_of_first) return a.depth_of_first > b.depth_of_first;
    if (a.first != b.first) return place(a) < place(b);
    return a.depth_of_second > b.depth_of_second;
  };
  // By insertion, for the compiler's time: std::stable_sort costs each program more than all else in this folder.
  for (std::size_t i = 1; i < rows.size(); ++i)
    for (std::size_t at = i; at > 0 && before(rows[at], rows[at - 1]); --at) std::swap(rows[at], rows[at - 1]);
}

}  // namespace fastxx::detail
