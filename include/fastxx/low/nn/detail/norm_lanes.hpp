#pragma once

#include <fastxx/low/nn/detail/norm_shape.hpp>

#if defined(__x86_64__)

#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <vector>

// What norm_kernels.ipp does with eight floats at a time: reading and writing them, sums, and the four jobs of batch
// normalisation.

// Becomes part of the loop that calls it, in programs built without optimisation too.
#define FASTXX_NORM_AVX2 [[gnu::target("avx2"), gnu::always_inline]] inline

namespace fastxx::detail {

// Eight floats side by side in memory.
struct WholeLanes {
  FASTXX_NORM_AVX2 __m256 load(float const* from) const { return _mm256_loadu_ps(from); }
  FASTXX_NORM_AVX2 void store(float* to, __m256 const& x) const { _mm256_storeu_ps(to, x); }
  FASTXX_NORM_AVX2 void stream(float* to, __m256 const& x) const { _mm256_stream_ps(to, x); }
  FASTXX_NORM_AVX2 __m256 only(__m256 const& x) const { return x; }
};

// Fewer, where a row ends.
struct FirstLanes {
  __m256i mask;

  FASTXX_NORM_AVX2 explicit FirstLanes(std::int64_t count)
      : mask(_mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))) {}

  FASTXX_NORM_AVX2 __m256 load(float const* from) const { return _mm256_maskload_ps(from, mask); }
  FASTXX_NORM_AVX2 void store(float* to, __m256 const& x) const { _mm256_maskstore_ps(to, mask, x); }
  FASTXX_NORM_AVX2 void stream(float* to, __m256 const& x) const { store(to, x); }
  FASTXX_NORM_AVX2 __m256 only(__m256 const& x) const { return _mm256_and_ps(x, _mm256_castsi256_ps(mask)); }
};

// The numbers of a channel in all lanes, or of eight channels. The pivot is a number amid those of x: what is left of x
// without it keeps its digits when it is squared.
struct ChannelLanes {
  __m256 scale, shift, pivot, slope, offset;
};

struct ChannelArrays {
  std::vector<float> scale, shift, pivot, slope, offset;

  explicit ChannelArrays(std::int64_t channels)
      : scale(static_cast<std::size_t>(channels)),
        shift(scale.size()),
        pivot(scale.size()),
        slope(scale.size()),
        offset(scale.size()) {}

  FASTXX_NORM_AVX2 void same(ChannelLanes& lanes, std::int64_t c) const {
    lanes.scale = _mm256_broadcast_ss(scale.data() + c);
    lanes.shift = _mm256_broadcast_ss(shift.data() + c);
    lanes.pivot = _mm256_broadcast_ss(pivot.data() + c);
    lanes.slope = _mm256_broadcast_ss(slope.data() + c);
    lanes.offset = _mm256_broadcast_ss(offset.data() + c);
  }
  template <class Lanes>
  FASTXX_NORM_AVX2 void beside(ChannelLanes& values, Lanes const& lanes, std::int64_t c) const {
    values.scale = lanes.load(scale.data() + c);
    values.shift = lanes.load(shift.data() + c);
    values.pivot = lanes.load(pivot.data() + c);
    values.slope = lanes.load(slope.data() + c);
    values.offset = lanes.load(offset.data() + c);
  }
};

// Two sums over many numbers, lane by lane.
struct NormTerms {
  __m256 first, second;

  FASTXX_NORM_AVX2 void add(NormTerms const& other) {
    first = _mm256_add_ps(first, other.first);
    second = _mm256_add_ps(second, other.second);
  }
};

struct NormSums {
  double first[8] = {}, second[8] = {};

  FASTXX_NORM_AVX2 void add(NormTerms const& terms) {
    add_to(first, terms.first);
    add_to(second, terms.second);
  }
  static double total(double const* of) {
    return ((of[0] + of[4]) + (of[1] + of[5])) + ((of[2] + of[6]) + (of[3] + of[7]));
  }

 private:
  FASTXX_NORM_AVX2 static void add_to(double* sum, __m256 const& x) {
    auto const low = _mm256_cvtps_pd(_mm256_castps256_ps128(x)), high = _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
    _mm256_storeu_pd(sum, _mm256_add_pd(_mm256_loadu_pd(sum), low));
    _mm256_storeu_pd(sum + 4, _mm256_add_pd(_mm256_loadu_pd(sum + 4), high));
  }
};

// All bits of the lanes that ReLU cuts off; a NaN is not below zero.
struct ReluLanes {
  bool on;

  FASTXX_NORM_AVX2 __m256 kept(__m256 const& y, __m256 const& value) const {
    auto const all = _mm256_castsi256_ps(_mm256_set1_epi32(on ? -1 : 0));
    return _mm256_andnot_ps(_mm256_and_ps(_mm256_cmp_ps(y, _mm256_setzero_ps(), _CMP_LE_OQ), all), value);
  }
};

// Where results go: what is larger than the caches is not read again before it has left them, and writing past them
// leaves them to the second sweep.
struct NormOutput {
  float* to;
  bool past_cache;

  NormOutput(float* place, NormShape const& shape) : to(place), past_cache(shape.numbers() >= least_past_cache) {
    auto const row = static_cast<std::uintptr_t>(shape.inner == 1 ? shape.channels : shape.inner) * sizeof(float);
    past_cache &= reinterpret_cast<std::uintptr_t>(to) % 32 == 0 && row % 32 == 0;
  }

  template <class Lanes>
  FASTXX_NORM_AVX2 void store(Lanes const& lanes, std::int64_t i, __m256 const& value) const {
    if (past_cache)
      lanes.stream(to + i, value);
    else
      lanes.store(to + i, value);
  }

 private:
  static constexpr std::int64_t least_past_cache = 8 << 20;  // 32 MiB
};

// What is done with the numbers from place i on. A job that sums gives two terms of each number.
struct SumSquares {
  static constexpr bool sums = true;
  float const* x;

  FASTXX_NORM_AVX2 void prefetch(std::int64_t i) const { __builtin_prefetch(x + i); }
  template <class Lanes>
  FASTXX_NORM_AVX2 void at(NormTerms& terms, Lanes const& lanes, std::int64_t i, ChannelLanes const& channel) const {
    terms.first = lanes.only(_mm256_sub_ps(lanes.load(x + i), channel.pivot));
    terms.second = _mm256_mul_ps(terms.first, terms.first);
  }
};

struct Normalise {
  static constexpr bool sums = false;
  float const* x;
  NormOutput y;
  ReluLanes relu;

  FASTXX_NORM_AVX2 void prefetch(std::int64_t i) const { __builtin_prefetch(x + i); }
  template <class Lanes>
  FASTXX_NORM_AVX2 void at(Lanes const& lanes, std::int64_t i, ChannelLanes const& channel) const {
    auto const value = _mm256_add_ps(_mm256_mul_ps(lanes.load(x + i), channel.scale), channel.shift);
    y.store(lanes, i, relu.kept(value, value));
  }
};

struct SumGradients {
  static constexpr bool sums = true;
  float const *x, *grad;
  ReluLanes relu;

  FASTXX_NORM_AVX2 void prefetch(std::int64_t i) const { __builtin_prefetch(x + i), __builtin_prefetch(grad + i); }
  template <class Lanes>
  FASTXX_NORM_AVX2 void at(NormTerms& terms, Lanes const& lanes, std::int64_t i, ChannelLanes const& channel) const {
    auto const v = lanes.load(x + i);
    auto const y = _mm256_add_ps(_mm256_mul_ps(v, channel.scale), channel.shift);
    terms.first = relu.kept(y, lanes.load(grad + i));  // 0 in the lanes that are not there
    terms.second = _mm256_mul_ps(terms.first, lanes.only(_mm256_sub_ps(v, channel.pivot)));
  }
};

struct GradientOfInput {
  static constexpr bool sums = false;
  float const *x, *grad;
  NormOutput grad_x;
  ReluLanes relu;
  bool follows_statistics;  // else dL/dx is scale * g, whatever x is: it may be infinite

  FASTXX_NORM_AVX2 void prefetch(std::int64_t i) const { __builtin_prefetch(x + i), __builtin_prefetch(grad + i); }
  template <class Lanes>
  FASTXX_NORM_AVX2 void at(Lanes const& lanes, std::int64_t i, ChannelLanes const& channel) const {
    auto const v = lanes.load(x + i);
    auto const y = _mm256_add_ps(_mm256_mul_ps(v, channel.scale), channel.shift);
    auto const g = relu.kept(y, lanes.load(grad + i));
    auto result = _mm256_mul_ps(g, channel.scale);
    if (follows_statistics) {
      auto const rest = _mm256_add_ps(_mm256_mul_ps(_mm256_sub_ps(v, channel.pivot), channel.slope), channel.offset);
      result = _mm256_add_ps(result, rest);
    }
    grad_x.store(lanes, i, result);
  }
};

}  // namespace fastxx::detail

#endif
