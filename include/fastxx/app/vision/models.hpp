#pragma once

#include <cstdint>
#include <fastxx/low/nn/layers.hpp>

namespace fastxx::vision {

/// A convolutional network for small grey images: three convolutions, each followed by normalisation and ReLU, max
/// pooling between them, one linear layer.
///
/// Shapes:  (N,1,H,W) with H, W >= 8 -> (N,n_classes) scores
/// Source:  own design; measured on Fashion-MNIST (README)
/// Example: examples/fashion_mnist.cpp
inline Sequential small_cnn(std::int64_t n_classes) {
  return Sequential(ConvLayer(1, 32, {.ks = 5, .stride = 2}), ConvLayer(32, 64), torch::nn::MaxPool2d(2),
                    ConvLayer(64, 96), torch::nn::AdaptiveAvgPool2d(1), torch::nn::Flatten(),
                    LinBnDrop(96, n_classes, {.p = .1}));
}

}  // namespace fastxx::vision
