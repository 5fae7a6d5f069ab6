#pragma once

#include <fastxx/mid/data/loader.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void refuse_option(std::string const& key, std::string expected, std::string got, std::string fix) {
  throw data_error(
      "loader." + key,
      {.call = "DataLoader", .expected = std::move(expected), .got = std::move(got), .fix = std::move(fix)});
}

inline bool drops_last(LoaderOptions const& options) { return options.drop_last.value_or(options.shuffle); }

FASTXX_INLINE void check_loader(LoaderOptions const& options, std::size_t items) {
  if (items == 0)
    refuse_option("empty", "a dataset with at least one item", "an empty one",
                  "check the path, the filter or the splitter that made it");
  if (items > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max()))
    refuse_option("size", "a dataset of at most 2^63-1 items", std::to_string(items),
                  "size() may have been computed from a negative number");
  if (options.batch_size <= 0)
    refuse_option("batch_size", "a batch size of at least 1", std::to_string(options.batch_size), "choose one, as 64");
  if (options.workers < 0)
    refuse_option("workers", "0 or more workers", std::to_string(options.workers),
                  "use 0 to load in the calling thread");
  if (options.prefetch < 1)
    refuse_option("prefetch", "at least 1 batch per worker", std::to_string(options.prefetch), "leave it at 2");
  if (!(options.timeout >= 0))
    refuse_option("timeout_option", "0 or more seconds to wait for a batch of the workers",
                  std::to_string(options.timeout), "use 0 to wait for ever");
}

FASTXX_INLINE LoaderOptions no_validation(LoaderOptions options) {
  options.shuffle = false;
  options.drop_last = false;
  options.split_idx = Split::valid;
  options.plan = NoItemsPlan{};
  return options;
}

[[noreturn]] inline void refuse_no_full_batch(std::int64_t batch_size, std::size_t items) {
  auto const planned = std::to_string(items);
  refuse_option("batch_size", "at least one full batch, because an incomplete one is dropped",
                "batch size " + std::to_string(batch_size) + " for " + planned + " items",
                "use a batch size of at most " + planned + ", or .drop_last = false");
}

FASTXX_INLINE std::unique_ptr<EpochPlans> make_plans(LoaderOptions const& options, std::size_t items) {
  PlannedEpoch const first{.number = 0,
                           .items = static_cast<std::int64_t>(items),
                           .batch_size = options.batch_size,
                           .shuffle = options.shuffle,
                           .drop_last = drops_last(options)};
  auto plans = std::make_unique<EpochPlans>(options.plan, options.seed, first);
  if (plans->batches() == 0 && !options.plan.may_be_empty()) {
    std::size_t const n_planned = plans->of(0)->order().size();
    if (n_planned == 0)
      refuse_option("plan", "a plan with items", "one without any in its first epoch",
                    "to train without validation give DataLoaders the training loader alone");
    refuse_no_full_batch(options.batch_size, n_planned);
  }
  return plans;
}

FASTXX_INLINE std::size_t streamed_batches(LoaderOptions const& options, std::size_t items) {
  if (options.plan.may_be_empty()) return 0;
  if (options.plan.given())
    refuse_option("stream_plan", "no plan: items that come one after another have no numbers to choose by", "a plan",
                  "let open(epoch) choose; .shuffle = true draws from a buffer");
  auto const size = static_cast<std::size_t>(options.batch_size);
  std::size_t const whole = items / size;
  bool const rest = items % size != 0 && !drops_last(options);
  if (whole + rest == 0) refuse_no_full_batch(options.batch_size, items);
  return whole + rest;
}

FASTXX_INLINE bool pins(LoaderOptions const& options) {
  return options.workers > 0 && options.device.is_cuda() && options.pin_memory.value_or(true);
}

}  // namespace fastxx::detail
