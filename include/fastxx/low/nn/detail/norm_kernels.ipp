#pragma once

#include <fastxx/low/nn/detail/norm_kernels.hpp>
#include <fastxx/low/nn/detail/norm_lanes.hpp>
#include <fastxx/low/torch/parallel.hpp>

#if defined(__x86_64__)

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fastxx::detail {

// Places in memory: first, first + step, ... What is read `ahead` numbers later is asked for now where the processor would
// not guess it: behind `end` it is `jump` further on. 0 asks for nothing.
struct ChannelWalk {
  std::int64_t first, count, step, ahead, end, jump;

  template <int N, class Job>
  FASTXX_NORM_INLINE void add(Job const& job, NormTerms<N>& sum, std::int64_t k, ChannelLanes<N> const& channel) const {
    NormTerms<N> terms;
    ask(job, first + k * step);
    job.template at<N>(terms, first + k * step, channel);
    sum.add(terms);
  }
  template <class Job>
  FASTXX_NORM_INLINE void ask(Job const& job, std::int64_t place) const {
    std::int64_t const later = place + ahead;
    if (ahead > 0) job.prefetch(later < end ? later : later + jump);
  }
};

// Terms are added in float, up to so many at each place, before they meet the double-precision sum: about twenty roundings
// of 6e-8 at most, in any direction, and few conversions.
inline constexpr std::int64_t float_terms = 64;

// In four sums side by side, which the processor makes at the same time.
template <int N>
struct FloatSums {
  NormTerms<N> first, second, third, fourth;

  // Written out: g++ does not unroll at -O2.
  template <class Job>
  FASTXX_NORM_INLINE void add(Job const& job, ChannelWalk const& walk, ChannelLanes<N> const& channel) {
    std::int64_t k = 0;
    for (; k + 4 <= walk.count; k += 4) {
      walk.add<N>(job, first, k, channel);
      walk.add<N>(job, second, k + 1, channel);
      walk.add<N>(job, third, k + 2, channel);
      walk.add<N>(job, fourth, k + 3, channel);
    }
    if (k < walk.count) walk.add<N>(job, first, k, channel);
    if (k + 1 < walk.count) walk.add<N>(job, second, k + 1, channel);
    if (k + 2 < walk.count) walk.add<N>(job, third, k + 2, channel);
  }
  FASTXX_NORM_INLINE void keep_from(std::int64_t lane) {
    for (auto* part : {&first, &second, &third, &fourth}) part->keep_from(lane);
  }
  FASTXX_NORM_INLINE void total(NormTerms<N>& sum) const {
    sum = first;
    sum.add(second);
    sum.add(third);
    sum.add(fourth);
  }
};

template <int N, class Job>
FASTXX_NORM_INLINE void do_walk(Job const& job, ChannelWalk const& walk, ChannelLanes<N> const& channel) {
  std::int64_t i = walk.first;
  for (std::int64_t k = 0; k < walk.count; ++k, i += walk.step) {
    walk.ask(job, i);
    job.template at<N>(i, channel);
  }
}

// Whether lanes are numbers of one channel. Where a channel has few numbers in a row, its last lanes would be empty too
// often: there, as with the channels last, lanes are columns, and every channel has `inner` of them.
inline bool walks_rows(NormShape const& shape) { return shape.inner >= 16; }

// What the first sweep finds for each channel: `copies` numbers, one for each lane or column, until gather adds them up.
struct ChannelSums {
  std::int64_t copies;
  std::vector<double> first, second;

  explicit ChannelSums(NormShape const& shape) : ChannelSums(shape.channels, walks_rows(shape) ? 16 : shape.inner) {}
  ChannelSums(std::int64_t channels, std::int64_t copies_of_each)
      : copies(copies_of_each), first(static_cast<std::size_t>(channels * copies)), second(first.size()) {}

  void clear(std::int64_t from, std::int64_t to) {
    std::fill(first.begin() + from * copies, first.begin() + to * copies, 0.);
    std::fill(second.begin() + from * copies, second.begin() + to * copies, 0.);
  }
  void add(ChannelSums const& other) {
    for (std::size_t c = 0; c < first.size(); ++c) first[c] += other.first[c], second[c] += other.second[c];
  }
  // Afterwards a channel's first numbers are its sums.
  void gather(std::int64_t from, std::int64_t to) {
    for (std::int64_t c = from; c < to; ++c) {
      std::size_t const i = at(c);
      double a = 0, b = 0;
      for (std::size_t k = i; k < at(c + 1); ++k) a += first[k], b += second[k];
      first[i] = a, second[i] = b;
    }
  }
  std::size_t at(std::int64_t c) const { return static_cast<std::size_t>(c * copies); }
  // One number for each lane, from place i on.
  template <int N>
  FASTXX_NORM_INLINE void add(FloatSums<N> const& sums, std::int64_t i) {
    NormTerms<N> terms;
    sums.total(terms);
    add_doubles<N>(first.data() + i, terms.first);
    add_doubles<N>(second.data() + i, terms.second);
  }
};

// A part of a batch. With the channels second, the numbers of one image's channel stand together: `inner` of them.
struct NormPart {
  std::int64_t first_item, end_item, first_channel, end_channel;
};

// One channel of one item. Where its numbers do not fill the last lanes, these begin earlier, and what was there before is
// not taken in again.
template <int N, class Job>
FASTXX_NORM_INLINE void sum_row(Job const& job, ChannelWalk walk, std::int64_t inner, ChannelLanes<N> const& channel,
                                FloatSums<N>& sums, ChannelSums& result, std::int64_t c) {
  std::int64_t const last = walk.first + inner - N, rest = inner % N;
  for (std::int64_t left = inner / N; left > 0; left -= walk.count, walk.first += walk.count * N) {
    walk.count = std::min(left, float_terms);
    sums.add(job, walk, channel);
    if (walk.count < float_terms) break;
    result.add<N>(sums, c * result.copies);
    sums = {};
  }
  if (rest == 0) return;
  NormTerms<N> terms;
  job.template at<N>(terms, last, channel);
  terms.keep_from(N - rest);
  sums.fourth.add(terms);
}

template <int N, class Job>
FASTXX_NORM_INLINE void rows_loop(Job const& job, NormShape const& shape, ChannelArrays const& arrays,
                                  ChannelSums& result, NormPart const& part) {
  constexpr std::int64_t far = 512;
  std::int64_t const ahead = shape.inner > far ? far : 0, jump = (shape.channels - 1) * shape.inner;
  std::int64_t const items = Job::sums ? std::max<std::int64_t>(1, float_terms * N / shape.inner) : 8;
  for (std::int64_t first = part.first_item; first < part.end_item; first += items)
    for (std::int64_t c = part.first_channel; c < part.end_channel; ++c) {
      ChannelLanes<N> channel;
      arrays.same<N>(channel, c);
      FloatSums<N> sums;
      for (std::int64_t n = first; n < std::min(first + items, part.end_item); ++n) {
        std::int64_t const row = (n * shape.channels + c) * shape.inner, end = row + shape.inner;
        ChannelWalk const walk{row, shape.inner / N, N, ahead, end, jump};
        if constexpr (Job::sums) {
          sum_row<N>(job, walk, shape.inner, channel, sums, result, c);
        } else {
          do_walk<N>(job, walk, channel);
          if (shape.inner % N > 0) job.template at<N>(end - N, channel);
        }
      }
      if constexpr (Job::sums) result.add<N>(sums, c * result.copies);
    }
}

// Sums stay in registers while a few items are gone through, a few columns at a time. Fewer lanes where the columns are
// fewer.
template <int N, class Job>
FASTXX_NORM_INLINE void columns_loop(Job const& job, NormShape const& shape, ChannelArrays const& arrays,
                                     ChannelSums& result, NormPart const& part) {
  std::int64_t const begin = part.first_channel * shape.inner, end = part.end_channel * shape.inner;
  if constexpr (N > 1)
    if (end - begin < N) return columns_loop<N / 2>(job, shape, arrays, result, part);
  std::int64_t const width = shape.channels * shape.inner, items = job.past_cache() ? 1 : 16;
  for (std::int64_t item = part.first_item; item < part.end_item; item += items) {
    std::int64_t const count = std::min(items, part.end_item - item);
    for (std::int64_t place = begin; place < end; place += N) {
      std::int64_t const column = std::min(place, end - N);
      ChannelWalk const walk{item * width + column, count, width, count * width, part.end_item * width, 0};
      ChannelLanes<N> channel;
      arrays.beside<N>(channel, column);
      if constexpr (Job::sums) {
        FloatSums<N> sums;
        sums.add(job, walk, channel);
        if (column < place) sums.keep_from(place - column);
        result.add<N>(sums, column);
      } else {
        do_walk<N>(job, walk, channel);
      }
    }
  }
}

template <int N, class Job>
FASTXX_NORM_INLINE void part_loop(Job const& job, NormShape const& shape, ChannelArrays const& arrays,
                                  ChannelSums& result, NormPart const& part) {
  if (walks_rows(shape))
    rows_loop<N>(job, shape, arrays, result, part);
  else
    columns_loop<N>(job, shape, arrays, result, part);
  if constexpr (!Job::sums) _mm_sfence();  // what went past the caches is there for other threads
}

// A copy of the job: its pointers cannot change under the loop's own writes.
template <class Job>
[[gnu::target("avx2")]] void part_avx2(Job job, NormShape shape, ChannelArrays const& arrays, ChannelSums& result,
                                       NormPart part) {
  part_loop<8>(job, shape, arrays, result, part);
}
template <class Job>
[[gnu::target("avx512f")]] void part_avx512(Job job, NormShape shape, ChannelArrays const& arrays, ChannelSums& result,
                                            NormPart part) {
  part_loop<16>(job, shape, arrays, result, part);
}
template <class Job>
void on_part(Job const& job, NormShape const& shape, ChannelArrays const& arrays, ChannelSums& result,
             NormPart const& part) {
  (norm_lanes() < 16 ? part_avx2<Job> : part_avx512<Job>)(job, shape, arrays, result, part);
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
      finish(c, sums.first[sums.at(c)], sums.second[sums.at(c)]);
    arrays.spread(part.first_channel, part.end_channel);
  }

  bool again_for(ChannelSums const& sums, NormPart const& part) const {
    bool wanted = false;
    for (std::int64_t c = part.first_channel; c < part.end_channel; ++c)
      wanted |= again(c, sums.first[sums.at(c)], sums.second[sums.at(c)]);
    if (wanted) arrays.spread(part.first_channel, part.end_channel);
    return wanted;
  }

  static constexpr std::int64_t most_channels_at_once = 16;

  void by_channels() const {
    ChannelSums sums(shape), unused(0, 0);
    std::int64_t const cached = 65536 / shape.per_channel();
    std::int64_t const shared = shape.channels / (2 * std::int64_t{at::get_num_threads()});
    std::int64_t const at_once = std::clamp<std::int64_t>(std::min(cached, shared), 1, most_channels_at_once);
    std::int64_t const grain = std::max<std::int64_t>(at_once, worth_a_thread / shape.per_channel());
    at::parallel_for(0, shape.channels, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; c += at_once) {
        NormPart const part{0, shape.batch, c, std::min(c + at_once, end)};
        if (wants_first) measure(sums, part);
        if (wants_first && again_for(sums, part)) measure(sums, part);
        finish_channels(sums, part);
        if (wants_second) on_part(second, shape, arrays, unused, part);
      }
    });
  }

  void measure(ChannelSums& sums, NormPart const& part) const {
    sums.clear(part.first_channel, part.end_channel);
    on_part(first, shape, arrays, sums, part);
    sums.gather(part.first_channel, part.end_channel);
  }

  void by_items() const {
    std::int64_t const most = std::min<std::int64_t>(64, shape.batch);
    std::int64_t const parts = std::clamp<std::int64_t>(shape.numbers() / worth_a_thread, 1, most);
    std::vector<ChannelSums> sums(static_cast<std::size_t>(parts), ChannelSums(shape));
    NormPart const whole{0, shape.batch, 0, shape.channels};
    if (wants_first) measure(sums);
    if (wants_first && again_for(sums[0], whole)) measure(sums);
    finish_channels(sums[0], whole);
    if (wants_second) each_part(second, sums);
  }

  // The whole in sums[0].
  void measure(std::vector<ChannelSums>& sums) const {
    for (auto& part : sums) part.clear(0, shape.channels);
    each_part(first, sums);
    for (std::size_t i = 1; i < sums.size(); ++i) sums[0].add(sums[i]);
    sums[0].gather(0, shape.channels);
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
inline void finish_statistics(NormForward const& job, std::int64_t c, double pivot, double sum, double squares) {
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
void set_line(Job const& job, ChannelArrays& arrays, std::int64_t c) {
  auto& scale = arrays.scale[arrays.at(c)];
  scale = job.inverse_std[c] * (job.weight ? job.weight[c] : 1.F);
  arrays.shift[arrays.at(c)] = (job.bias ? job.bias[c] : 0.F) - job.mean[c] * scale;
}

// dL/dx = scale * g + (x - mean) * slope + offset, where g is the gradient behind the activation and `product` the sum of
// g * (x - mean).
inline void finish_gradients(NormBackward const& job, ChannelArrays& arrays, std::int64_t c, double sum,
                             double product) {
  double const inverse_std = job.inverse_std[c], scale = arrays.scale[arrays.at(c)];
  if (job.grad_bias) job.grad_bias[c] = static_cast<float>(sum);
  if (job.grad_weight) job.grad_weight[c] = static_cast<float>(product * inverse_std);
  if (!job.batch_statistics) return;
  auto const count = static_cast<double>(job.shape.per_channel());
  arrays.slope[arrays.at(c)] = static_cast<float>(-scale * inverse_std * inverse_std * product / count);
  arrays.offset[arrays.at(c)] = static_cast<float>(-scale * sum / count);
}

inline ChannelArrays channel_arrays(NormShape const& shape) {
  return {shape.channels, walks_rows(shape) ? 1 : shape.inner};
}

FASTXX_INLINE void norm_forward(NormForward const& job) {
  ChannelArrays arrays = channel_arrays(job.shape);
  for (std::int64_t c = 0; c < job.shape.channels; ++c) arrays.pivot[arrays.at(c)] = job.x[c * job.shape.inner];
  SumSquares const sums{job.x};
  Normalise const normalise{job.x, {job.y, job.shape}, {job.relu}};
  // A pivot that is an outlier leaves squares much larger than the variance, and their roundings would show in it.
  auto const again = [&](std::int64_t c, double sum, double squares) {
    double const rest = sum / static_cast<double>(job.shape.per_channel());
    if (!(rest * rest > 16 * (squares / static_cast<double>(job.shape.per_channel()) - rest * rest))) return false;
    auto& pivot = arrays.pivot[arrays.at(c)];
    pivot = static_cast<float>(double{pivot} + rest);
    return true;
  };
  auto const finish = [&](std::int64_t c, double sum, double squares) {
    if (job.batch_statistics) finish_statistics(job, c, double{arrays.pivot[arrays.at(c)]}, sum, squares);
    set_line(job, arrays, c);
  };
  arrays.spread(0, job.shape.channels);
  two_sweeps(job.shape, arrays, sums, job.batch_statistics, again, finish, normalise, true);
}

FASTXX_INLINE void norm_backward(NormBackward const& job) {
  ChannelArrays arrays = channel_arrays(job.shape);
  for (std::int64_t c = 0; c < job.shape.channels; ++c) {
    set_line(job, arrays, c);
    arrays.pivot[arrays.at(c)] = job.mean[c];
  }
  SumGradients const sums{job.x, job.grad, {job.relu}};
  GradientOfInput const gradient{job.x, job.grad, {job.grad_x, job.shape}, {job.relu}, job.batch_statistics};
  auto const finish = [&](std::int64_t c, double sum, double product) {
    finish_gradients(job, arrays, c, sum, product);
  };
  bool const wants_sums = job.batch_statistics || job.grad_weight || job.grad_bias;
  auto const never = [](std::int64_t, double, double) { return false; };
  arrays.spread(0, job.shape.channels);
  two_sweeps(job.shape, arrays, sums, wants_sums, never, finish, gradient, job.grad_x != nullptr);
}

}  // namespace fastxx::detail

#undef FASTXX_NORM_INLINE

#else  // another processor: libtorch does it

namespace fastxx::detail {

FASTXX_INLINE void norm_forward(NormForward const&) {}
FASTXX_INLINE void norm_backward(NormBackward const&) {}

}  // namespace fastxx::detail

#endif
