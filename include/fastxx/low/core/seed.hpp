#pragma once

#include <fastxx/low/torch/ops.hpp>

#include <cstdint>

namespace fastxx {

/// Seed torch's global generator, which initial weights and dropout draw from. Loaders and splitters have seeds of
/// their own.
///
/// Source:  fastai 2.7.18 torch_core.py set_seed
/// Example: examples/fashion_mnist.cpp
inline void set_seed(std::uint64_t seed) { at::manual_seed(seed); }

}  // namespace fastxx
