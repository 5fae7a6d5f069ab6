#pragma once

#include <fastxx/low/core/threads.hpp>
#include <fastxx/mid/train/learner_threads.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE double batch_work(torch::nn::Module const& model, std::vector<Tensor> const& inputs) {
  double parameters = 0, places = 0;
  for (auto const& one : model.parameters()) parameters += static_cast<double>(one.numel());
  for (auto const& input : inputs) {
    if (!input.defined() || input.numel() == 0) continue;
    bool const is_text = input.dim() == 2 && at::isIntegralType(input.scalar_type(), /*includeBool=*/false);
    std::int64_t const features = input.dim() > 1 && !is_text ? input.size(1) : 1;
    places = std::max(places, static_cast<double>(input.numel() / features));
  }
  return parameters * places;
}

FASTXX_INLINE void PhaseThreads::decide(double work) {
  constexpr double little_work = 2e6;  // two threads begin to pay at two to four million; measured on an AMD EPYC
  before_ = at::get_num_threads();
  threads_.work = work;
  threads_.short_waits = false, threads_.others = 0;
  if (threads_.adapt && before_ > 1 && work < little_work && !std::getenv("OMP_NUM_THREADS")) set_own_threads(1);
  threads_.used = wanted_ = at::get_num_threads();
}

FASTXX_INLINE void PhaseThreads::look() {
  if (!threads_.adapt || wanted_ <= 1) return;
  waits_.update(wanted_);
  threads_.short_waits = waits_.are_short();
  threads_.others = waits_.others();
  if (!threads_.follow_load) return;
  int const count = threads_.short_waits ? std::min(wanted_, waits_.free_cores()) : wanted_;
  if (count != threads_.used) set_own_threads(threads_.used = count);
}

FASTXX_INLINE PhaseThreads::~PhaseThreads() {
  if (before_ > 0) set_own_threads(before_);
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::string to_string(LearnerThreads const& threads) {
  if (threads.used == 0) return "threads: nothing has run yet";
  char number[32];
  std::string text =
      std::to_string(threads.used) + (threads.used == 1 ? " thread" : " threads") + " inside a tensor operation";
  if (threads.short_waits) {
    if (threads.used > 1) text += ", which wait without spinning";
    std::snprintf(number, sizeof number, "%.1f", threads.others);
    text +=
        threads.others >= .05 ? std::string(": other programs use ") + number + " cores" : ": loader workers are busy";
  } else if (threads.used == 1) {
    std::snprintf(number, sizeof number, "%.2g", threads.work);
    text += std::string("; a batch takes about ") + number + " multiplications";
  }
  return text;
}

}  // namespace fastxx
