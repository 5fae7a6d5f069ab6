#pragma once

#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/detail/current_message.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void throw_item_error(std::string const& item, std::int64_t epoch, std::int64_t batch) {
  std::throw_with_nested(data_error(
      "loader.item", {.call = "DataLoader",
                      .got = current_message(),
                      .where = item + ", batch " + std::to_string(batch) + " of epoch " + std::to_string(epoch),
                      .fix = "repair this item of the dataset, or the transform that refused it; "
                             ".on_item_error = OnItemError::skip leaves such items out"}));
}

FASTXX_INLINE void skip_or_throw(OnItemError on_error, SkippedItems& skipped, std::int64_t index,
                                 std::string const& item, std::int64_t epoch, std::int64_t batch) {
  try {
    throw;
  } catch (SkipItem const&) {
  } catch (std::bad_alloc const&) {
    throw_item_error(item, epoch, batch);
  } catch (...) {
    if (on_error == OnItemError::stop) throw_item_error(item, epoch, batch);
  }
  skipped.add(index, item + ": " + brief(current_message()));
}

FASTXX_INLINE void refuse_all_skipped(SkippedItems const& skipped) {
  throw data_error("loader.all_skipped",
                   {.call = "DataLoader",
                    .expected = "an item that can be read",
                    .got = {"none: all ", skipped.count(), " were left out, as ", skipped.first.front()},
                    .fix = "look at what was said about the first ones: loader.skipped()"});
}

FASTXX_INLINE void refuse_shrunk(std::size_t before, std::size_t now, std::int64_t epoch, std::int64_t batch) {
  throw data_error("loader.shrunk",
                   {.call = "DataLoader",
                    .expected = {"the ", before, " items that the dataset had when the loader was made"},
                    .got = {now},
                    .where = {"batch ", batch, " of epoch ", epoch},
                    .fix = "change no dataset that is being read; make a new loader afterwards"});
}

FASTXX_INLINE void throw_worker_error(int worker) {
  std::throw_with_nested(data_error("loader.worker_init",
                                    {.call = "worker_init", .got = current_message(), .where = {"worker ", worker}}));
}

inline std::string seconds_text(double seconds) {
  std::ostringstream text;
  text << seconds << " seconds";
  return text.str();
}

FASTXX_INLINE void refuse_init_timeout(double seconds) {
  throw data_error("loader.timeout", {.call = "worker_init",
                                      .expected = "all workers ready within " + seconds_text(seconds),
                                      .got = "one that is not",
                                      .fix = "look at what worker_init waits for, or give more time: .timeout"});
}

FASTXX_INLINE void refuse_timeout(double seconds, std::string const& item, std::int64_t epoch, std::int64_t batch) {
  throw data_error("loader.timeout",
                   {.call = "DataLoader",
                    .expected = "a batch of the workers within " + seconds_text(seconds),
                    .got = item.empty() ? std::string("none") : "none: " + item + " is still being made",
                    .where = {"batch ", batch, " of epoch ", epoch},
                    .fix = "look at this item and what is done with it, or give more time: .timeout"});
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
