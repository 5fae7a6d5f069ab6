#pragma once

#include <fastxx/mid/train/tta.hpp>

#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void check_tta(TtaOptions const& options) {
  if (options.n < 1 || !(options.beta >= 0 && options.beta <= 1))
    throw state_error("tta.options", {.call = "Learner::tta",
                                      .expected = "1 pass or more and a beta of 0 to 1",
                                      .got = {options.n, " and ", std::to_string(options.beta)}});
}

FASTXX_INLINE void TtaTotal::require_same_items(Predictions const& pass) const {
  if (pass.skipped.indices != skipped_.indices)
    throw data_error("tta.skipped", {.call = "Learner::tta",
                                     .expected = "the same items in each pass, with random transforms and without",
                                     .got = "others, since random transforms refused some of them",
                                     .fix = "let what is random refuse nothing"});
}

FASTXX_INLINE void TtaTotal::add(Predictions const& pass) {
  if (!total_.defined()) {
    total_ = pass.preds;
    skipped_ = pass.skipped;
    return;
  }
  require_same_items(pass);
  total_ = options_.use_max ? at::maximum(total_, pass.preds) : total_ + pass.preds;
}

FASTXX_INLINE Predictions TtaTotal::with(Predictions plain) const {
  if (!total_.defined()) return plain;
  require_same_items(plain);
  plain.preds = options_.use_max ? at::maximum(total_, plain.preds)
                                 : at::lerp(total_ / static_cast<double>(options_.n), plain.preds, options_.beta);
  plain.losses = plain.decoded = Tensor();
  return plain;
}

}  // namespace fastxx::detail
