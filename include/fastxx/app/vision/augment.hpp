#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/context.hpp>

#include <tuple>

namespace fastxx::vision {

/// Mirror each image of a training batch left to right with probability `p`; validation images are left alone.
///
/// Shapes:  (N,C,H,W) -> same; one draw per sample, shared by all image elements of the batch
/// Runs:    on the batch, on its device
/// Source:  fastai 2.7.18 vision/augment.py Flip (L-07, TR-05); only the mirroring, not yet fused with other warps
/// Example: examples/fashion_mnist.cpp
struct Flip {
  static constexpr int order = 30;
  static constexpr int split_idx = Split::train;
  double p = 0.5;

  /// Which samples are mirrored: a bool tensor (N).
  template <class... Elements>
  Tensor draw(std::tuple<Elements...> const& batch, Random& random) const {
    return draw(std::get<0>(batch), random);
  }
  Tensor draw(Tensor const& images, Random& random) const;

  TensorImage encodes(TensorImage const& images, Tensor const& flipped) const;

  void serialize(auto& archive) { archive("p", p); }
};

}  // namespace fastxx::vision

#if FASTXX_BODIES
#include <fastxx/app/vision/augment.ipp>
#endif
