#pragma once

#include <cstdint>

namespace fastxx::detail {

// A batch of `batch` x `channels` x `inner` numbers, or with the channels last: (batch, channels), inner 1.
struct NormShape {
  std::int64_t batch = 0, channels = 0, inner = 1;

  std::int64_t per_channel() const { return batch * inner; }
  std::int64_t numbers() const { return per_channel() * channels; }
};

}  // namespace fastxx::detail
