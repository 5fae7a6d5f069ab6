#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/tensor/types.hpp>

namespace fastxx {

/// Bytes to floats in 0..1, for images; decoding clamps, rounds and gives bytes back.
///
/// Shapes:  any, kept
/// Dtypes:  uint8 -> float32; decode: floating -> uint8
/// Runs:    on the batch, on its device
/// Source:  fastai 2.7.18 data/transforms.py IntToFloatTensor (TR-47); differs: it cuts fractions off, so that a
///          normalised image comes back darker by one level here and there
/// Example: examples/doc/pipeline.cpp
struct IntToFloatTensor {
  static constexpr int order = 10;
  double div = 255;

  TensorImage encodes(TensorImage const& image) const;
  TensorImage decodes(TensorImage const& image) const;

  void serialize(auto& archive) { archive("div", div); }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/transform/int_to_float.ipp>
#endif
