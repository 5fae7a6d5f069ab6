#pragma once

#include <fastxx/low/patch/replicate.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE Suspended::Suspended(std::shared_ptr<PatchRecord> record) : record_(std::move(record)) {
  record_->changes.suspend();
  take_out(*record_);
}

FASTXX_INLINE Suspended::~Suspended() {
  hang_in(record_);
  record_->changes.resume();
}

FASTXX_INLINE std::string name_in(torch::nn::Module const& model, torch::nn::Module const* part) {
  for (auto const& entry : model.named_modules())
    if (entry.value().get() == part) return entry.key();
  return "";
}

}  // namespace fastxx::detail
