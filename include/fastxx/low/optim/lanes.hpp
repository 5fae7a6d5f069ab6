#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#define FASTXX_AVX2 [[gnu::target("avx2")]] inline
#endif

// Some floats side by side, and the few operations an optimizer's formula needs on them. Float4 fits the registers
// every x86-64 and aarch64 has. Float8 is for AVX2 and is chosen at run time: its functions may only be called when
// has_avx2(). Float8 is an array, not a register type, so that code built without -mavx2 (a user's formula) may pass it
// around; once everything is inlined into a function for AVX2, the arrays are gone. No fused multiply-add: Float4 and
// Float8 give the same bits. Loads and stores are unaligned: at -O0 g++ does not keep temporaries of type Float8
// aligned.

namespace fastxx::detail {

using Float4 = float __attribute__((vector_size(16)));
using Int4 = std::int32_t __attribute__((vector_size(16)));

inline Float4 raw_load(Float4 const*, float const* from) { return Float4{from[0], from[1], from[2], from[3]}; }
inline void raw_store(float* to, Float4 x) {
  for (int i = 0; i < 4; ++i) to[i] = x[i];
}
inline Float4 raw_number(double x, Float4) { return Float4{} + static_cast<float>(x); }
inline Float4 raw_add(Float4 a, Float4 b) { return a + b; }
inline Float4 raw_sub(Float4 a, Float4 b) { return a - b; }
inline Float4 raw_mul(Float4 a, Float4 b) { return a * b; }
inline Float4 raw_div(Float4 a, Float4 b) { return a / b; }
inline Float4 raw_abs(Float4 x) { return (Float4)((Int4)x & 0x7fffffff); }
inline Float4 raw_sign(Float4 x) { return __builtin_convertvector((x < 0.f) - (x > 0.f), Float4); }
inline Float4 raw_sqrt(Float4 x) {
#if defined(__x86_64__)
  return _mm_sqrt_ps(x);
#else
  for (int i = 0; i < 4; ++i) x[i] = std::sqrt(x[i]);
  return x;
#endif
}

// Double-precision sums over many floats, lane by lane.
struct LaneSums {
  double lanes[8] = {};

  double total() const {
    return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
  }
};
// `part` says which half of eight floats these are, so that Float4 and Float8 make the same sums.
inline void raw_add_to(LaneSums& sum, Float4 x, int part) {
  for (int i = 0; i < 4; ++i) sum.lanes[4 * part + i] += double{x[i]};
}

inline float softplus(float x, double beta) {
  return std::max(x, 0.F) + static_cast<float>(std::log1p(std::exp(-beta * std::abs(double{x}))) / beta);
}
inline Float4 raw_softplus(Float4 x, double beta) {
  for (int i = 0; i < 4; ++i) x[i] = softplus(x[i], beta);
  return x;
}

#if defined(__x86_64__)

struct Float8 {
  float lanes[8];
};

FASTXX_AVX2 __m256 get(Float8 const& x) { return _mm256_loadu_ps(x.lanes); }
FASTXX_AVX2 Float8 put(__m256 x) {
  Float8 result;
  _mm256_storeu_ps(result.lanes, x);
  return result;
}
FASTXX_AVX2 Float8 raw_load(Float8 const*, float const* from) { return put(_mm256_loadu_ps(from)); }
FASTXX_AVX2 void raw_store(float* to, Float8 const& x) { _mm256_storeu_ps(to, get(x)); }
FASTXX_AVX2 Float8 raw_number(double x, Float8 const&) { return put(_mm256_set1_ps(static_cast<float>(x))); }
FASTXX_AVX2 Float8 raw_add(Float8 const& a, Float8 const& b) { return put(_mm256_add_ps(get(a), get(b))); }
FASTXX_AVX2 Float8 raw_sub(Float8 const& a, Float8 const& b) { return put(_mm256_sub_ps(get(a), get(b))); }
FASTXX_AVX2 Float8 raw_mul(Float8 const& a, Float8 const& b) { return put(_mm256_mul_ps(get(a), get(b))); }
FASTXX_AVX2 Float8 raw_div(Float8 const& a, Float8 const& b) { return put(_mm256_div_ps(get(a), get(b))); }
FASTXX_AVX2 Float8 raw_sqrt(Float8 const& x) { return put(_mm256_sqrt_ps(get(x))); }
FASTXX_AVX2 Float8 raw_abs(Float8 const& x) { return put(_mm256_andnot_ps(_mm256_set1_ps(-0.f), get(x))); }
FASTXX_AVX2 Float8 raw_sign(Float8 const& x) {
  auto const zero = _mm256_setzero_ps(), one = _mm256_set1_ps(1.f);
  auto const positive = _mm256_and_ps(_mm256_cmp_ps(get(x), zero, _CMP_GT_OQ), one);
  auto const negative = _mm256_and_ps(_mm256_cmp_ps(get(x), zero, _CMP_LT_OQ), one);
  return put(_mm256_sub_ps(positive, negative));
}
FASTXX_AVX2 void raw_add_to(LaneSums& sum, Float8 const& x, int) {
  auto const low = _mm256_cvtps_pd(_mm256_castps256_ps128(get(x))),
             high = _mm256_cvtps_pd(_mm256_extractf128_ps(get(x), 1));
  _mm256_storeu_pd(sum.lanes, _mm256_add_pd(_mm256_loadu_pd(sum.lanes), low));
  _mm256_storeu_pd(sum.lanes + 4, _mm256_add_pd(_mm256_loadu_pd(sum.lanes + 4), high));
}
inline Float8 raw_softplus(Float8 x, double beta) {
  for (float& lane : x.lanes) lane = softplus(lane, beta);
  return x;
}

#undef FASTXX_AVX2
#endif

inline bool has_avx2() {
#if defined(__x86_64__)
  static bool const has = __builtin_cpu_supports("avx2") != 0;
  return has;
#else
  return false;
#endif
}

}  // namespace fastxx::detail
