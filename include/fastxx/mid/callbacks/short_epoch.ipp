#pragma once

#include <fastxx/mid/callbacks/short_epoch.hpp>
#include <fastxx/mid/train/events.hpp>

#include <string>

namespace fastxx {

FASTXX_INLINE ShortEpoch::ShortEpoch(double pct, bool short_valid) : pct_(pct), short_valid_(short_valid) {
  if (!(pct >= 0 && pct <= 1))
    throw state_error(
        "short_epoch.pct",
        {.call = "ShortEpoch", .expected = "a share of the batches from 0 to 1", .got = std::to_string(pct)});
}

FASTXX_INLINE void ShortEpoch::after_batch(TrainState& learn) {
  if (static_cast<double>(learn.iter) < pct_ * static_cast<double>(learn.n_iter)) return;
  if (learn.training) throw CancelTrainException();
  if (short_valid_) throw CancelValidException();
}

}  // namespace fastxx
