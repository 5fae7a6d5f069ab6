#pragma once

#include <fastxx/mid/data/detail/batch_builder.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace fastxx::detail {

// What the exception being handled says; libtorch appends its call stack, which tells a reader nothing.
inline std::string current_message() {
  try {
    throw;
  } catch (std::exception const& e) {
    std::string_view const text = e.what();
    return std::string(text.substr(0, text.find("\nException raised from ")));
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

FASTXX_INLINE void throw_item_error(std::string const& item, std::int64_t epoch, std::int64_t batch) {
  std::throw_with_nested(data_error(
      "loader.item", {.call = "DataLoader",
                      .got = current_message(),
                      .where = item + ", batch " + std::to_string(batch) + " of epoch " + std::to_string(epoch),
                      .fix = "repair or leave out this item of the dataset, or the transform that refused it"}));
}

FASTXX_INLINE void throw_batch_error(std::int64_t epoch, std::int64_t batch, std::string const& items) {
  std::throw_with_nested(data_error("loader.batch", {.call = "DataLoader",
                                                     .got = current_message(),
                                                     .where = "batch " + std::to_string(batch) + " of epoch " +
                                                              std::to_string(epoch) + ", dataset items " + items}));
}

FASTXX_INLINE EpochPlans::EpochPlans(LoaderPlan plan, std::uint64_t seed, PlannedEpoch const& first)
    : plan_(std::move(plan)), seed_(seed), first_(first) {
  batches_ = of(0)->size();
}

FASTXX_INLINE EpochPlans::Shared EpochPlans::of(std::int64_t epoch) {
  std::lock_guard lock(mutex_);
  auto& [number, plan] = latest_[static_cast<std::size_t>(epoch % 2)];
  if (!plan || number != epoch) {
    plan = make(epoch);
    number = epoch;
  }
  return plan;
}

FASTXX_INLINE EpochPlans::Shared EpochPlans::make(std::int64_t epoch) const {
  PlannedEpoch wanted = first_;
  wanted.number = epoch;
  auto random = Random::of(seed_, static_cast<std::uint64_t>(epoch), order_stream);
  auto plan = std::make_shared<EpochPlan const>(plan_(wanted, random));
  auto const where = "epoch " + std::to_string(epoch);
  for (auto index : plan->order())
    if (index < 0 || index >= first_.items)
      refuse("index", "dataset indices below " + std::to_string(first_.items), std::to_string(index), where);
  if (batches_ != unknown && plan->size() != batches_)
    refuse("size", "as many batches as in epoch 0: " + std::to_string(batches_), std::to_string(plan->size()), where);
  return plan;
}

FASTXX_INLINE void EpochPlans::refuse(std::string const& key, std::string expected, std::string got,
                                      std::string where) {
  throw data_error("plan." + key, {.call = "DataLoader",
                                   .expected = std::move(expected),
                                   .got = std::move(got),
                                   .where = std::move(where),
                                   .fix = "repair plan(epoch, random) of the loader"});
}

}  // namespace fastxx::detail
