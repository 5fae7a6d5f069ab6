#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/tensor/types.hpp>

#include <cstdint>

namespace fastxx {

/// Bytes to floats in 0..1, for images; decoding clamps, rounds and gives bytes back. A mask's classes become the integers
/// that a loss takes, divided by `div_mask`: 255 for a mask that was stored as black and white. They are not undone.
///
/// Shapes:  any, kept
/// Dtypes:  images uint8 -> float32; decode: floating -> uint8; masks any -> int64
/// Runs:    on the batch, on its device
/// Source:  fastai 2.7.18 data/transforms.py IntToFloatTensor (TR-47); differs: it cuts fractions off, so that a
///          normalised image comes back darker by one level here and there
/// Example: examples/doc/pipeline.cpp
struct IntToFloatTensor {
  static constexpr int order = 10;
  double div = 255;
  std::int64_t div_mask = 1;

  TensorImage encodes(TensorImage const& image) const;
  TensorMask encodes(TensorMask const& mask) const;
  TensorImage decodes(TensorImage const& image) const;

  void serialize(auto& archive) {
    archive("div", div);
    archive("div_mask", div_mask);
  }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/transform/int_to_float.ipp>
#endif
