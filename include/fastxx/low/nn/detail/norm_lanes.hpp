#pragma once

#include <fastxx/low/nn/detail/norm_shape.hpp>

#if defined(__x86_64__)

#include <cstddef>
#include <cstdint>
#include <vector>
#include <xmmintrin.h>

// What norm_kernels.ipp does with N floats at a time: reading and writing them, sums, and the four jobs of batch
// normalisation. The compiler's own vectors have any width; the loop that all this becomes part of, in programs built
// without optimisation too, says for which processor (on_part). Vectors are handed over by reference, results too: how they
// go by value is a matter of the processor.
#define FASTXX_NORM_INLINE [[gnu::always_inline]] inline

namespace fastxx::detail {

template <int N>
struct VectorTypes {
  typedef float Floats __attribute__((vector_size(N * sizeof(float))));
  typedef double Doubles __attribute__((vector_size(N * sizeof(double))));
};
template <int N>
using Floats = typename VectorTypes<N>::Floats;

template <int N>
FASTXX_NORM_INLINE void load(Floats<N>& x, float const* from) {
  __builtin_memcpy(&x, from, sizeof x);
}

template <int N>
FASTXX_NORM_INLINE void broadcast(Floats<N>& x, float value) {
  float parts[N];
  for (float& part : parts) part = value;  // g++ makes one instruction of it, but not of what is shorter here
  load<N>(x, parts);
}

template <int N>
FASTXX_NORM_INLINE void store(float* to, Floats<N> const& x) {
  __builtin_memcpy(to, &x, sizeof x);
}

// Past the caches, to a multiple of 16 bytes; lines are put together again on the way to memory.
template <int N>
FASTXX_NORM_INLINE void stream(float* to, Floats<N> const& x) {
  float parts[N];
  store<N>(parts, x);
  for (int k = 0; k + 4 <= N; k += 4) _mm_stream_ps(to + k, _mm_loadu_ps(parts + k));
}

// x *= factor, rounded before anything is added to it: AVX-512 could do both in one go, and g++ would let it, with
// optimisation only. And what ReLU cut off on the way out must be cut off on the way back.
template <int N>
FASTXX_NORM_INLINE void multiply(Floats<N>& x, Floats<N> const& factor) {
#if defined(__has_builtin) && __has_builtin(__builtin_assoc_barrier)
  x = __builtin_assoc_barrier(x * factor);
#else
  x *= factor;
#endif
}

// The numbers of one channel in all lanes, or of lanes side by side. The pivot is a number amid those of x: what is left
// of x without it keeps its digits when it is squared.
template <int N>
struct ChannelLanes {
  Floats<N> scale, shift, pivot, slope, offset;

  // y = x * scale + shift
  FASTXX_NORM_INLINE void line(Floats<N>& y, Floats<N> const& x) const {
    y = x;
    multiply<N>(y, scale);
    y += shift;
  }
};

// Each channel's numbers, `copies` times side by side: as often as a row of x has numbers of one channel, where lanes are
// to hold several channels.
struct ChannelArrays {
  std::int64_t copies;
  std::vector<float> scale, shift, pivot, slope, offset;

  ChannelArrays(std::int64_t channels, std::int64_t copies_of_each)
      : copies(copies_of_each),
        scale(static_cast<std::size_t>(channels * copies)),
        shift(scale.size()),
        pivot(scale.size()),
        slope(scale.size()),
        offset(scale.size()) {}

  // Where channel c's first copy is.
  std::size_t at(std::int64_t c) const { return static_cast<std::size_t>(c * copies); }

  void spread(std::int64_t from, std::int64_t to) {
    if (copies > 1)
      for (auto* values : {&scale, &shift, &pivot, &slope, &offset})
        for (std::size_t i = at(from), end = at(to); i < end; i += at(1))
          for (std::size_t k = 1; k < at(1); ++k) (*values)[i + k] = (*values)[i];
  }
  template <int N>
  FASTXX_NORM_INLINE void same(ChannelLanes<N>& lanes, std::int64_t c) const {
    broadcast<N>(lanes.scale, scale[at(c)]);
    broadcast<N>(lanes.shift, shift[at(c)]);
    broadcast<N>(lanes.pivot, pivot[at(c)]);
    broadcast<N>(lanes.slope, slope[at(c)]);
    broadcast<N>(lanes.offset, offset[at(c)]);
  }
  template <int N>
  FASTXX_NORM_INLINE void beside(ChannelLanes<N>& lanes, std::int64_t column) const {
    load<N>(lanes.scale, scale.data() + column);
    load<N>(lanes.shift, shift.data() + column);
    load<N>(lanes.pivot, pivot.data() + column);
    load<N>(lanes.slope, slope.data() + column);
    load<N>(lanes.offset, offset.data() + column);
  }
};

// Two sums over many numbers, lane by lane.
template <int N>
struct NormTerms {
  Floats<N> first = {}, second = {};

  FASTXX_NORM_INLINE void add(NormTerms const& other) { first += other.first, second += other.second; }

  // Nothing in the lanes before `from`, not even a NaN.
  FASTXX_NORM_INLINE void keep_from(std::int64_t from) {
    Floats<N> lane = {}, least;
    for (int k = 0; k < N; ++k) lane[k] = static_cast<float>(k);
    broadcast<N>(least, static_cast<float>(from));
    first = lane < least ? Floats<N>{} : first;
    second = lane < least ? Floats<N>{} : second;
  }
};

// sum[0 ... N) += x
template <int N>
FASTXX_NORM_INLINE void add_doubles(double* sum, Floats<N> const& x) {
  constexpr int half = N > 1 ? N / 2 : 1;  // as many doubles as fill a register
  using Doubles = typename VectorTypes<half>::Doubles;
  float parts[N];
  store<N>(parts, x);
  for (int k = 0; k < N; k += half) {
    Floats<half> part;
    Doubles so_far;
    load<half>(part, parts + k);
    __builtin_memcpy(&so_far, sum + k, sizeof so_far);
    so_far += __builtin_convertvector(part, Doubles);
    __builtin_memcpy(sum + k, &so_far, sizeof so_far);
  }
}

// ReLU cuts off the values whose y is not above zero; a NaN is not below it.
struct ReluLanes {
  bool on;

  template <int N>
  FASTXX_NORM_INLINE void cut(Floats<N>& value, Floats<N> const& y) const {
    Floats<N> most;
    broadcast<N>(most, on ? 0.F : __builtin_nanf(""));  // nothing is less than a NaN
    value = y <= most ? Floats<N>{} : value;
  }
};

// Where results go: what is larger than the caches is not read again before it has left them, and writing past them
// leaves them to the second sweep.
struct NormOutput {
  float* to;
  bool past_cache;

  NormOutput(float* place, NormShape const& shape) : to(place), past_cache(shape.numbers() >= least_past_cache) {
    auto const row = static_cast<std::uintptr_t>(shape.inner == 1 ? shape.channels : shape.inner) * sizeof(float);
    past_cache &= reinterpret_cast<std::uintptr_t>(to) % 64 == 0 && row % 64 == 0;
  }

  template <int N>
  FASTXX_NORM_INLINE void put(std::int64_t i, Floats<N> const& value) const {
    if (past_cache)
      stream<N>(to + i, value);
    else
      store<N>(to + i, value);
  }

 private:
  static constexpr std::int64_t least_past_cache = 8 << 20;  // 32 MiB
};

// What is done with the numbers from place i on. A job that sums gives two terms of each number.
struct SumSquares {
  static constexpr bool sums = true;
  static constexpr bool past_cache() { return false; }
  float const* x;

  FASTXX_NORM_INLINE void prefetch(std::int64_t i) const { __builtin_prefetch(x + i); }
  template <int N>
  FASTXX_NORM_INLINE void at(NormTerms<N>& terms, std::int64_t i, ChannelLanes<N> const& channel) const {
    load<N>(terms.first, x + i);
    terms.first -= channel.pivot;
    terms.second = terms.first;
    multiply<N>(terms.second, terms.first);
  }
};

struct Normalise {
  static constexpr bool sums = false;
  float const* x;
  NormOutput y;
  ReluLanes relu;

  FASTXX_NORM_INLINE bool past_cache() const { return y.past_cache; }
  FASTXX_NORM_INLINE void prefetch(std::int64_t i) const { __builtin_prefetch(x + i); }
  template <int N>
  FASTXX_NORM_INLINE void at(std::int64_t i, ChannelLanes<N> const& channel) const {
    Floats<N> v, result;
    load<N>(v, x + i);
    channel.line(result, v);
    relu.cut<N>(result, result);
    y.put<N>(i, result);
  }
};

struct SumGradients {
  static constexpr bool sums = true;
  static constexpr bool past_cache() { return false; }
  float const *x, *grad;
  ReluLanes relu;

  FASTXX_NORM_INLINE void prefetch(std::int64_t i) const { __builtin_prefetch(x + i), __builtin_prefetch(grad + i); }
  template <int N>
  FASTXX_NORM_INLINE void at(NormTerms<N>& terms, std::int64_t i, ChannelLanes<N> const& channel) const {
    Floats<N> v, y;
    load<N>(v, x + i);
    load<N>(terms.first, grad + i);
    channel.line(y, v);
    relu.cut<N>(terms.first, y);
    terms.second = v - channel.pivot;
    multiply<N>(terms.second, terms.first);
  }
};

struct GradientOfInput {
  static constexpr bool sums = false;
  float const *x, *grad;
  NormOutput grad_x;
  ReluLanes relu;
  bool follows_statistics;  // else dL/dx is scale * g, whatever x is: it may be infinite

  FASTXX_NORM_INLINE bool past_cache() const { return grad_x.past_cache; }
  FASTXX_NORM_INLINE void prefetch(std::int64_t i) const { __builtin_prefetch(x + i), __builtin_prefetch(grad + i); }
  template <int N>
  FASTXX_NORM_INLINE void at(std::int64_t i, ChannelLanes<N> const& channel) const {
    Floats<N> v, y, result;
    load<N>(v, x + i);
    load<N>(result, grad + i);
    channel.line(y, v);
    relu.cut<N>(result, y);
    multiply<N>(result, channel.scale);
    if (follows_statistics) {
      v -= channel.pivot;
      multiply<N>(v, channel.slope);
      v += channel.offset;
      result += v;
    }
    grad_x.put<N>(i, result);
  }
};

}  // namespace fastxx::detail

#endif
