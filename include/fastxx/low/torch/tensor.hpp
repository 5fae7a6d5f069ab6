#pragma once
// The only door to libtorch's tensor type: everything else in fastxx includes this header (or ops.hpp, nn.hpp
// beside it), so differences between libtorch versions and compilers live in this folder alone.

#include <torch/version.h>

// clang in C++20 mode rejects libtorch 1.x unless IValue is complete before any other torch header
// (a vector of the still incomplete c10::IValue).
#if defined(__clang__) && TORCH_VERSION_MAJOR < 2
#include <ATen/core/ivalue.h>
#endif

#include <ATen/core/Tensor.h>

namespace fastxx {

/// libtorch's tensor, under the name that reads well next to the semantic ones.
using Tensor = at::Tensor;

}  // namespace fastxx
