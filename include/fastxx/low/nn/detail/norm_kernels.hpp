#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/detail/norm_shape.hpp>

// Batch normalisation and ReLU over plain float32 memory, forward and backward, for processors with AVX2 or AVX-512, whose
// results differ by roundings. Each channel is read twice: for its statistics and for what is made with them. Where the
// numbers of a channel stand together (N,C,...), one channel follows the other, so that the second time they come from the
// cache. Sums end in double precision, over parts that do not depend on the number of threads.

namespace fastxx::detail {

// How many floats go at a time: 16 with AVX-512, 8 with AVX2, 0 where there are no kernels. Tests make it less.
inline int& norm_lanes() {
#if defined(__x86_64__)
  static int lanes = __builtin_cpu_supports("avx512f") ? 16 : __builtin_cpu_supports("avx2") ? 8 : 0;
#else
  static int lanes = 0;
#endif
  return lanes;
}

// y = x * scale + shift, channel by channel, and nothing below zero with `relu`.
struct NormForward {
  NormShape shape = {};
  bool relu = true;
  float const* x = nullptr;
  float* y = nullptr;
  float const *weight = nullptr, *bias = nullptr;         // null: 1 and 0
  float *mean = nullptr, *inverse_std = nullptr;          // made from x, or given without `batch_statistics`
  float *running_mean = nullptr, *running_var = nullptr;  // null: not kept
  bool batch_statistics = true;
  double momentum = .1, eps = 1e-5;
};

struct NormBackward {
  NormShape shape = {};
  bool relu = true;
  float const *x = nullptr, *grad = nullptr;
  float* grad_x = nullptr;  // null: not wanted
  float const *weight = nullptr, *bias = nullptr, *mean = nullptr, *inverse_std = nullptr;
  float *grad_weight = nullptr, *grad_bias = nullptr;
  bool batch_statistics = true;
};

void norm_forward(NormForward const& job);
void norm_backward(NormBackward const& job);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/nn/detail/norm_kernels.ipp>
#endif
