#pragma once

#include <fastxx/app/vision/augment.hpp>

#include <cstdint>

namespace fastxx::vision {

FASTXX_INLINE Tensor Flip::draw(Tensor const& images, Random& random) const {
  Tensor flipped = at::empty({images.size(0)}, at::kBool);
  for (std::int64_t i = 0; i < images.size(0); ++i) flipped.data_ptr<bool>()[i] = random.bernoulli(p);
  return flipped.to(images.device());
}

FASTXX_INLINE TensorImage Flip::encodes(TensorImage const& images, Tensor const& flipped) const {
  return TensorImage(at::where(flipped.view({-1, 1, 1, 1}), images.tensor().flip({-1}), images.tensor()));
}

}  // namespace fastxx::vision
