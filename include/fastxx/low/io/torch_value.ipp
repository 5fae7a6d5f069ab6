#pragma once

#include <fastxx/low/io/torch_value.hpp>

namespace fastxx {

FASTXX_INLINE TorchValue const* TorchValue::find(std::string_view name) const {
  if (auto const* const dict = get_if<Dict>())
    for (auto const& [key, item] : *dict)
      if (auto const* const text = key.get_if<std::string>(); text && *text == name) return &item;
  return nullptr;
}

}  // namespace fastxx
