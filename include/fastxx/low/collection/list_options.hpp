#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fastxx {

/// Settings of L's functions.
struct SortOptions {
  bool reverse = false;  ///< largest first; equal ones stay in their order
};
struct FilterOptions {
  bool negate = false;  ///< those for which the function is false
};
struct UniqueOptions {
  bool sort = false;
};
struct ZipOptions {
  bool cycled = false;  ///< as long as the first list, the others repeat; otherwise as long as the shortest
};
struct SplitOptions {
  std::optional<std::string_view> sep = {};  ///< white space when left out
  std::int64_t maxsplit = -1;                ///< at most so many cuts
};

}  // namespace fastxx
