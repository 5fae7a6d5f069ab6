#pragma once

#include <fastxx/low/optim/fuse.hpp>

#include <algorithm>

namespace fastxx::detail {

FASTXX_INLINE FusedPass::Rest::Rest(FlatJob const& whole, std::int64_t from, std::int64_t count) : job(whole) {
  std::copy_n(whole.p + from, count, copy[0].data());
  std::copy_n(whole.grad + from, count, copy[1].data());
  job.p = copy[0].data();
  job.grad = copy[1].data();
  for (std::size_t s = 0; s < max_states && whole.state[s]; ++s) {
    job.state[s] = copy[2 + s].data();
    std::copy_n(whole.state[s] + from, count, job.state[s]);
  }
}

FASTXX_INLINE void FusedPass::on_floats(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide) const {
  std::int64_t const whole = end - (end - begin) % block, count = end - whole;
  if (begin < whole) on_blocks(job, begin, whole, wide);
  if (count == 0) return;
  Rest const rest(job, whole, count);
  on_blocks(rest.job, 0, block, wide);
  std::copy_n(rest.job.p, count, job.p + whole);
  for (std::size_t s = 0; s < max_states && job.state[s]; ++s)
    std::copy_n(rest.job.state[s], count, job.state[s] + whole);
}

FASTXX_INLINE ParameterSums FusedPass::measure(FlatJob const& job, std::int64_t begin, std::int64_t end,
                                               bool wide) const {
  std::int64_t const whole = end - (end - begin) % block, count = end - whole;
  BlockSums sums{}, last{};
  if (begin < whole) measure_blocks(job, begin, whole, wide, sums);
  if (count > 0) measure_blocks(Rest(job, whole, count).job, 0, block, wide, last);
  ParameterSums result{};
  for (std::size_t i = 0; i < max_sums; ++i) {
    result[i] = sums[i].total();
    for (std::int64_t lane = 0; lane < count; ++lane)
      result[i] += last[i].lanes[lane];  // what fills the block is not there
  }
  return result;
}

}  // namespace fastxx::detail
