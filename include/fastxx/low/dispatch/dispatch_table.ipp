#pragma once

#include <fastxx/low/dispatch/dispatch_table.hpp>

#include <algorithm>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void sort_rows(std::vector<DispatchRow>& rows) {
  std::vector<TypeId> order;
  for (DispatchRow const& row : rows)
    if (std::find(order.begin(), order.end(), row.first) == order.end()) order.push_back(row.first);
  auto place = [&](DispatchRow const& row) { return std::find(order.begin(), order.end(), row.first); };
  std::stable_sort(rows.begin(), rows.end(), [&](DispatchRow const& a, DispatchRow const& b) {
    if (a.depth_of_first != b.depth_of_first) return a.depth_of_first > b.depth_of_first;
    if (a.first != b.first) return place(a) < place(b);
    return a.depth_of_second > b.depth_of_second;
  });
}

}  // namespace fastxx::detail
