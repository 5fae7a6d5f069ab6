#pragma once

#include <fastxx/mid/train/any_optimizer.hpp>

#include <string_view>

namespace fastxx {

FASTXX_INLINE bool OptimizerInterface::has_hyper(std::string_view name) const {
  for (auto const& known : hyper_names())
    if (known == name) return true;
  return false;
}

}  // namespace fastxx
