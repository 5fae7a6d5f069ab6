#pragma once

#include <fastxx/low/transform/int_to_float.hpp>

namespace fastxx {

FASTXX_INLINE TensorImage IntToFloatTensor::encodes(TensorImage const& image) const {
  TensorImage scaled = image.to(at::kFloat);
  // A float image shares its memory with the caller's tensor; only a converted copy may be changed in place.
  return scaled.is_same(image) ? scaled / div : scaled.div_(at::Scalar(div));
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
