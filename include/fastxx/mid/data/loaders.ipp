#pragma once

#include <fastxx/mid/data/loaders.hpp>

#include <algorithm>
#include <string>

namespace fastxx::detail {

inline at::Device parse_device(std::string const& name) {
  std::string problem = "no device has this name";
  try {
    at::Device const device(name);
    at::empty({1}, at::TensorOptions().device(device));  // tells whether this libtorch and this machine have it
    return device;
  } catch (c10::Error const& e) {
    problem = e.what_without_backtrace();
  }
  throw data_error(
      "dataloaders.device",
      {.call = "dataloaders",
       .expected = "a device of this machine: cpu, cuda, cuda:1, ...",
       .got = "'" + name + "' (" + problem.substr(0, std::min(problem.find(". "), problem.find('\n'))) + ")",
       .fix = "use \"cpu\", or a libtorch built for the device"});
}

FASTXX_INLINE LoaderOptions loader_options(DataLoadersOptions const& options, int split_idx) {
  bool const train = split_idx == Split::train;
  return {.batch_size = train ? options.batch_size : options.valid_batch_size.value_or(options.batch_size),
          .workers = options.workers,
          .shuffle = train && options.shuffle,
          .drop_last = train ? options.drop_last.value_or(options.shuffle) : false,
          .seed = options.seed,
          .device = parse_device(options.device),
          .split_idx = train ? Split::train : Split::valid,
          .plan = train ? options.plan : options.valid_plan,
          .on_item_error = options.on_item_error,
          .timeout = options.timeout,
          .pin_memory = options.pin_memory,
          .worker_init = options.worker_init,
          .before_iter = train ? options.before_iter : nullptr,
          .after_iter = train ? options.after_iter : nullptr};
}

}  // namespace fastxx::detail
