#pragma once

#include <fastxx/low/transform/int_to_float.hpp>

namespace fastxx {

FASTXX_INLINE TensorImage IntToFloatTensor::encodes(TensorImage const& image) const {
  if (image.scalar_type() == at::kFloat) return image / div;
  // Images come with their channels last, and models call view: numbers in the usual order, in one copy.
  TensorImage scaled(image.tensor().to(at::kFloat, false, /*copy=*/false, at::MemoryFormat::Contiguous).div_(div));
  scaled.set_meta(image);
  return scaled;
}

FASTXX_INLINE TensorMask IntToFloatTensor::encodes(TensorMask const& mask) const {
  TensorMask classes = mask.to(at::kLong);
  if (div_mask == 1) return classes;
  TensorMask divided(classes.tensor().floor_divide(at::Scalar(div_mask)));
  divided.set_meta(mask);
  return divided;
}

FASTXX_INLINE TensorImage IntToFloatTensor::decodes(TensorImage const& image) const {
  return TensorImage((image.clamp(0, 1) * div).tensor().round().to(at::kByte));
}

}  // namespace fastxx
