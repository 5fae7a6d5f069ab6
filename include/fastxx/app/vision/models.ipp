#pragma once

#include <fastxx/app/vision/models.hpp>
#include <fastxx/low/nn/layers.hpp>

#include <cstdint>

namespace fastxx::vision {

FASTXX_INLINE Sequential small_cnn(std::int64_t n_classes) {
  auto block = [](std::int64_t ni, std::int64_t nf) {
    // Pooling comes first, so that normalisation and activation see a quarter of the pixels.
    return Sequential(ConvLayer(ni, nf, {.norm = NormType::none, .act = false, .bias_std = 0}), torch::nn::MaxPool2d(2),
                      batch_norm<torch::nn::BatchNorm2d>(nf), torch::nn::ReLU());
  };
  return Sequential(block(1, 16), block(16, 32), block(32, 64), torch::nn::Flatten(),
                    LinBnDrop(64 * 3 * 3, 256, {.p = .3, .act = true}), LinBnDrop(256, n_classes, {.p = .3}));
}

}  // namespace fastxx::vision
