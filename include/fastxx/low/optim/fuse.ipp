#pragma once

#include <fastxx/low/optim/fuse.hpp>

#include <algorithm>

namespace fastxx::detail {

FASTXX_INLINE void FusedPass::on_floats(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide) const {
  std::int64_t const whole = end - (end - begin) % block, count = end - whole;
  if (begin < whole) on_blocks(job, begin, whole, wide);
  if (count == 0) return;
  std::array<std::array<float, block>, 2 + max_states> copy{};
  FlatJob rest{copy[0].data(), copy[1].data(), {}, job.hypers, job.step};
  std::copy_n(job.p + whole, count, copy[0].data());
  std::copy_n(job.grad + whole, count, copy[1].data());
  for (std::size_t s = 0; s < max_states && job.state[s]; ++s) {
    rest.state[s] = copy[2 + s].data();
    std::copy_n(job.state[s] + whole, count, rest.state[s]);
  }
  on_blocks(rest, 0, block, wide);
  std::copy_n(rest.p, count, job.p + whole);
  for (std::size_t s = 0; s < max_states && job.state[s]; ++s) std::copy_n(rest.state[s], count, job.state[s] + whole);
}

}  // namespace fastxx::detail
