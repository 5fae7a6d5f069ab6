#pragma once

#include <fastxx/mid/train/learner.hpp>

#include <algorithm>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE Optimizer::Groups each_once(Optimizer::Groups groups) {
  std::vector<void const*> seen;
  for (auto& group : groups)
    std::erase_if(group, [&](Tensor const& parameter) {
      void const* const own = parameter.unsafeGetTensorImpl();
      bool const again = std::find(seen.begin(), seen.end(), own) != seen.end();
      if (!again) seen.push_back(own);
      return again;
    });
  return groups;
}

}  // namespace fastxx::detail
