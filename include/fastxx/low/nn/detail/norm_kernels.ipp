#pragma once

#include <fastxx/low/nn/detail/norm_kernels.hpp>
#include <fastxx/low/nn/detail/norm_lanes.hpp>
#include <fastxx/low/torch/parallel.hpp>

#if defined(__x86_64__)

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <vector>

namespace fastxx::detail {

// Places in memory: first, first + step, ... What is read `ahead` numbers later is asked for now where the processor would
// not guess it: behind `end` it is `jump` further on. 0 asks for nothing.
struct ChannelWalk {
  std::int64_t first, count, step, ahead, end, jump;

  template <class Job>
  FASTXX_NORM_AVX2 void ask(Job const& job, std::int64_t place) const {
    std::int64_t const later = place + ahead;
    if (ahead > 0) job.prefetch(later < end ? later : later + jump);
  }
  template <class Job, class Lanes>
  FASTXX_NORM_AVX2 void terms(Job const& job, NormTerms& result, Lanes const& lanes, std::int64_t place,
                              ChannelLanes const& channel) const {
    ask(job, place);
    job.at(result, lanes, place, channel);
  }
};

// Terms are added four at a time in float before they meet the double-precision sum: three roundings of 6e-8 each, in any
// direction, and a quarter of the conversions.
template <class Job, class Lanes>
FASTXX_NORM_AVX2 void walk_loop(Job const& job, Lanes const& lanes, ChannelWalk const& walk,
                                ChannelLanes const& channel, NormSums& sum) {
  std::int64_t k = 0, i = walk.first;
  if constexpr (Job::sums) {
    NormTerms terms, more;
    for (; k + 4 <= walk.count; k += 4) {  // written out: g++ does not unroll the loop below at -O2
      walk.terms(job, terms, lanes, i, channel);
      walk.terms(job, more, lanes, i += walk.step, channel);
      terms.add(more);
      walk.terms(job, more, lanes, i += walk.step, channel);
      terms.add(more);
      walk.terms(job, more, lanes, i += walk.step, channel);
      terms.add(more);
      i += walk.step;
      sum.add(terms);
    }
    if (k == walk.count) return;
    walk.terms(job, terms, lanes, i, channel);
    while (++k < walk.count) {
      walk.terms(job, more, lanes, i += walk.step, channel);
      terms.add(more);
    }
    sum.add(terms);
  } else {
    for (; k < walk.count; ++k, i += walk.step) {
      walk.ask(job, i);
      job.at(lanes, i, channel);
    }
  }
}

// What the first sweep finds for each channel.
struct ChannelSums {
  std::vector<double> first, second;

  explicit ChannelSums(std::int64_t channels) : first(static_cast<std::size_t>(channels)), second(first.size()) {}

  void clear(std::int64_t from, std::int64_t to) {
    std::fill(first.begin() + from, first.begin() + to, 0.);
    std::fill(second.begin() + from, second.begin() + to, 0.);
  }
  void add(ChannelSums const& other) {
    for (std::size_t c = 0; c < first.size(); ++c) first[c] += other.first[c], second[c] += other.second[c];
  }
};

// A part of a batch. With the channels second, the numbers of one image's channel stand together: `inner` of them.
struct NormPart {
  std::int64_t first_item, end_item, first_channel, end_channel;
};

inline constexpr std::int64_t most_channels_at_once = 16;

// Channels that stand side by side are read together, a few items at a time: rows of few numbers would cost a cache miss
// each, and a channel at a time keeps its sums in registers.
template <class Job>
FASTXX_NORM_AVX2 void rows_loop(Job const& job, NormShape const& shape, ChannelArrays const& arrays,
                                ChannelSums& result, NormPart const& part) {
  constexpr std::int64_t items = 8, far = 512;
  std::int64_t const ahead = shape.inner > far ? far : 0, jump = (shape.channels - 1) * shape.inner;
  FirstLanes const rest(shape.inner % 8);
  NormSums sums[most_channels_at_once];
  for (std::int64_t first = part.first_item; first < part.end_item; first += items)
    for (std::int64_t c = part.first_channel; c < part.end_channel; ++c) {
      ChannelLanes channel;
      arrays.same(channel, c);
      auto sum = sums[c - part.first_channel];
      for (std::int64_t n = first; n < std::min(first + items, part.end_item); ++n) {
        std::int64_t const row = (n * shape.channels + c) * shape.inner, end = row + shape.inner,
                           whole = shape.inner / 8;
        walk_loop(job, WholeLanes{}, {row, whole, 8, ahead, end, jump}, channel, sum);
        if (shape.inner % 8 != 0) walk_loop(job, rest, {row + 8 * whole, 1, 8, 0, end, 0}, channel, sum);
      }
      sums[c - part.first_channel] = sum;
    }
  for (std::int64_t c = part.first_channel; c < part.end_channel; ++c) {
    result.first[static_cast<std::size_t>(c)] += NormSums::total(sums[c - part.first_channel].first);
    result.second[static_cast<std::size_t>(c)] += NormSums::total(sums[c - part.first_channel].second);
  }
}

// With the channels last, lanes are channels. Sums stay in registers while a few items, which the cache holds, are gone
// through eight channels at a time.
template <class Job, class Lanes>
FASTXX_NORM_AVX2 void sum_columns(Job const& job, Lanes const& lanes, NormShape const& shape,
                                  ChannelArrays const& arrays, ChannelSums& result, NormPart const& part) {
  std::int64_t const ahead = (part.end_item - part.first_item) * shape.channels;
  std::int64_t const first = part.first_item * shape.channels, end = part.end_item * shape.channels;
  std::int64_t const c = part.first_channel, count = part.end_item - part.first_item;
  ChannelLanes channel;
  arrays.beside(channel, lanes, c);
  NormSums sum;
  walk_loop(job, lanes, {first + c, count, shape.channels, ahead, end, 0}, channel, sum);
  for (std::int64_t k = 0; k < std::min<std::int64_t>(8, part.end_channel - c); ++k) {
    result.first[static_cast<std::size_t>(c + k)] += sum.first[k];
    result.second[static_cast<std::size_t>(c + k)] += sum.second[k];
  }
}

template <class Job>
FASTXX_NORM_AVX2 void columns_loop(Job const& job, NormShape const& shape, ChannelArrays const& arrays,
                                   ChannelSums& result, NormPart const& part) {
  std::int64_t const items = std::max<std::int64_t>(1, 4096 / shape.channels);
  FirstLanes const rest(shape.channels % 8);
  for (std::int64_t first = part.first_item; first < part.end_item; first += items) {
    NormPart block{first, std::min(first + items, part.end_item), 0, shape.channels};
    for (; block.first_channel + 8 <= shape.channels; block.first_channel += 8)
      sum_columns(job, WholeLanes{}, shape, arrays, result, block);
    if (block.first_channel < shape.channels) sum_columns(job, rest, shape, arrays, result, block);
  }
}

template <class Job>
FASTXX_NORM_AVX2 void each_column(Job const& job, NormShape const& shape, ChannelArrays const& arrays,
                                  NormPart const& part) {
  FirstLanes const rest(shape.channels % 8);
  for (std::int64_t n = part.first_item; n < part.end_item; ++n) {
    ChannelLanes channel;
    std::int64_t const row = n * shape.channels;
    std::int64_t c = 0;
    for (; c + 8 <= shape.channels; c += 8) {
      arrays.beside(channel, WholeLanes{}, c);
      job.at(WholeLanes{}, row + c, channel);
    }
    if (c == shape.channels) continue;
    arrays.beside(channel, rest, c);
    job.at(rest, row + c, channel);
  }
}

// A copy of the job: its pointers cannot change under the loop's own writes.
template <class Job>
[[gnu::target("avx2")]] void on_part(Job job, NormShape shape, ChannelArrays const& arrays, ChannelSums& result,
                                     NormPart part) {
  if (shape.inner > 1)
    rows_loop(job, shape, arrays, result, part);
  else if constexpr (Job::sums)
    columns_loop(job, shape, arrays, result, part);
  else
    each_column(job, shape, arrays, part);
  if constexpr (!Job::sums) _mm_sfence();  // what went past the caches is there for other threads
}

// Two sweeps over a batch, with finish(channel, sums) between them. Where again(channel, sums) says so, the first one is
// made once more.
template <class First, class Again, class Finish, class Second>
struct TwoSweeps {
  NormShape shape;
  ChannelArrays& arrays;
  First const& first;
  Again const& again;
  Finish const& finish;
  Second const& second;
  bool wants_first, wants_second;

  // By channels, so that the second sweep finds its numbers in the cache; by items where that leaves threads without work
  // or the channels do not stand apart. What decides is the shape alone: the sums must not depend on the threads.
  void run() const {
    bool const few = shape.channels < 16 && shape.per_channel() >= 65536;
    if (shape.inner == 1 || few)
      by_items();
    else
      by_channels();
  }

 private:
  static constexpr std::int64_t worth_a_thread = 16384;  // numbers

  void finish_channels(ChannelSums const& sums, NormPart const& part) const {
    for (std::int64_t c = part.first_channel; c < part.end_channel; ++c)
      finish(c, sums.first[static_cast<std::size_t>(c)], sums.second[static_cast<std::size_t>(c)]);
  }

  bool again_for(ChannelSums const& sums, NormPart const& part) const {
    bool wanted = false;
    for (std::int64_t c = part.first_channel; c < part.end_channel; ++c)
      wanted |= again(c, sums.first[static_cast<std::size_t>(c)], sums.second[static_cast<std::size_t>(c)]);
    return wanted;
  }

  void by_channels() const {
    ChannelSums sums(shape.channels), unused(shape.channels);
    std::int64_t const cached = 65536 / shape.per_channel();
    std::int64_t const shared = shape.channels / (2 * std::int64_t{at::get_num_threads()});
    std::int64_t const at_once = std::clamp<std::int64_t>(std::min(cached, shared), 1, most_channels_at_once);
    std::int64_t const grain = std::max<std::int64_t>(at_once, worth_a_thread / shape.per_channel());
    at::parallel_for(0, shape.channels, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; c += at_once) {
        NormPart const part{0, shape.batch, c, std::min(c + at_once, end)};
        if (wants_first) on_part(first, shape, arrays, sums, part);
        if (wants_first && again_for(sums, part)) {
          sums.clear(part.first_channel, part.end_channel);
          on_part(first, shape, arrays, sums, part);
        }
        finish_channels(sums, part);
        if (wants_second) on_part(second, shape, arrays, unused, part);
      }
    });
  }

  void by_items() const {
    std::int64_t const most = std::min<std::int64_t>(64, shape.batch);
    std::int64_t const parts = std::clamp<std::int64_t>(shape.numbers() / worth_a_thread, 1, most);
    std::vector<ChannelSums> sums(static_cast<std::size_t>(parts), ChannelSums(shape.channels));
    NormPart const whole{0, shape.batch, 0, shape.channels};
    if (wants_first) measure(sums);
    if (wants_first && again_for(sums[0], whole)) {
      for (auto& part : sums) part.clear(0, shape.channels);
      measure(sums);
    }
    finish_channels(sums[0], whole);
    if (wants_second) each_part(second, sums);
  }

  // The whole in sums[0].
  void measure(std::vector<ChannelSums>& sums) const {
    each_part(first, sums);
    for (std::size_t i = 1; i < sums.size(); ++i) sums[0].add(sums[i]);
  }

  template <class Job>
  void each_part(Job const& job, std::vector<ChannelSums>& sums) const {
    auto const parts = static_cast<std::int64_t>(sums.size());
    at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        on_part(job, shape, arrays, sums[static_cast<std::size_t>(i)],
                {shape.batch * i / parts, shape.batch * (i + 1) / parts, 0, shape.channels});
    });
  }
};

template <class First, class Again, class Finish, class Second>
void two_sweeps(NormShape const& shape, ChannelArrays& arrays, First const& first, bool wants_first, Again const& again,
                Finish const& finish, Second const& second, bool wants_second) {
  TwoSweeps<First, Again, Finish, Second>{shape, arrays, first, again, finish, second, wants_first, wants_second}.run();
}

// mean, 1/std and running statistics of one channel, from the sums of x - pivot and of its squares.
inline void finish_statistics(NormForward const& job, std::size_t c, double pivot, double sum, double squares) {
  auto const count = static_cast<double>(job.shape.per_channel());
  double const rest = sum / count, mean = pivot + rest;
  double const variance = std::max(squares / count - rest * rest, 0.);  // rounding; a NaN stays one
  job.mean[c] = static_cast<float>(mean);
  bool const constant = variance == 0 && job.eps == 0;  // libtorch gives the bias there
  job.inverse_std[c] = constant ? 0 : static_cast<float>(1 / std::sqrt(variance + job.eps));
  if (!job.running_mean) return;
  auto const follow = [&](float& running, double now) {
    running = static_cast<float>((1 - job.momentum) * double{running} + job.momentum * now);
  };
  follow(job.running_mean[c], mean);
  follow(job.running_var[c], variance * count / (count - 1));
}

// y = x * scale + shift
template <class Job>
void set_line(Job const& job, ChannelArrays& arrays, std::size_t c) {
  arrays.scale[c] = job.inverse_std[c] * (job.weight ? job.weight[c] : 1.F);
  arrays.shift[c] = (job.bias ? job.bias[c] : 0.F) - job.mean[c] * arrays.scale[c];
}

// dL/dx = scale * g + (x - mean) * slope + offset, where g is the gradient behind the activation and `product` the sum of
// g * (x - mean).
inline void finish_gradients(NormBackward const& job, ChannelArrays& arrays, std::size_t c, double sum,
                             double product) {
  double const inverse_std = job.inverse_std[c];
  if (job.grad_bias) job.grad_bias[c] = static_cast<float>(sum);
  if (job.grad_weight) job.grad_weight[c] = static_cast<float>(product * inverse_std);
  if (!job.batch_statistics) return;
  auto const count = static_cast<double>(job.shape.per_channel());
  arrays.slope[c] = static_cast<float>(-double{arrays.scale[c]} * inverse_std * inverse_std * product / count);
  arrays.offset[c] = static_cast<float>(-double{arrays.scale[c]} * sum / count);
}

FASTXX_INLINE bool has_norm_kernels() {
  static bool const has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

FASTXX_INLINE void norm_forward(NormForward const& job) {
  ChannelArrays arrays(job.shape.channels);
  for (std::size_t c = 0; c < arrays.pivot.size(); ++c)
    arrays.pivot[c] = job.x[static_cast<std::int64_t>(c) * job.shape.inner];
  SumSquares const sums{job.x};
  Normalise const normalise{job.x, {job.y, job.shape}, {job.relu}};
  // A pivot that is an outlier leaves squares much larger than the variance, and their roundings would show in it.
  auto const again = [&](std::int64_t channel, double sum, double squares) {
    double const rest = sum / static_cast<double>(job.shape.per_channel());
    if (!(rest * rest > 16 * (squares / static_cast<double>(job.shape.per_channel()) - rest * rest))) return false;
    auto& pivot = arrays.pivot[static_cast<std::size_t>(channel)];
    pivot = static_cast<float>(double{pivot} + rest);
    return true;
  };
  auto const finish = [&](std::int64_t channel, double sum, double squares) {
    auto const c = static_cast<std::size_t>(channel);
    if (job.batch_statistics) finish_statistics(job, c, double{arrays.pivot[c]}, sum, squares);
    set_line(job, arrays, c);
  };
  two_sweeps(job.shape, arrays, sums, job.batch_statistics, again, finish, normalise, true);
}

FASTXX_INLINE void norm_backward(NormBackward const& job) {
  ChannelArrays arrays(job.shape.channels);
  for (std::size_t c = 0; c < arrays.scale.size(); ++c) {
    set_line(job, arrays, c);
    arrays.pivot[c] = job.mean[c];
  }
  SumGradients const sums{job.x, job.grad, {job.relu}};
  GradientOfInput const gradient{job.x, job.grad, {job.grad_x, job.shape}, {job.relu}, job.batch_statistics};
  auto const finish = [&](std::int64_t channel, double sum, double product) {
    finish_gradients(job, arrays, static_cast<std::size_t>(channel), sum, product);
  };
  bool const wants_sums = job.batch_statistics || job.grad_weight || job.grad_bias;
  auto const never = [](std::int64_t, double, double) { return false; };
  two_sweeps(job.shape, arrays, sums, wants_sums, never, finish, gradient, job.grad_x != nullptr);
}

}  // namespace fastxx::detail

#undef FASTXX_NORM_AVX2

#else  // another processor: libtorch does it

namespace fastxx::detail {

FASTXX_INLINE bool has_norm_kernels() { return false; }
FASTXX_INLINE void norm_forward(NormForward const&) {}
FASTXX_INLINE void norm_backward(NormBackward const&) {}

}  // namespace fastxx::detail

#endif
