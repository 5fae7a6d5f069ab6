#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/sequential.hpp>

#include <cstdint>

namespace fastxx::vision {

/// A small convolutional network for grey images of 28 x 28 pixels: three convolutions with 16, 32 and 64 channels,
/// each halving the image, and two linear layers.
///
/// Shapes:  (N,1,28,28) -> (N,n_classes) scores
/// Source:  own design; what it reaches on Fashion-MNIST is in the README
/// Example: examples/fashion_mnist.cpp
Sequential small_cnn(std::int64_t n_classes);

}  // namespace fastxx::vision

#if FASTXX_BODIES
#include <fastxx/app/vision/models.ipp>
#endif
