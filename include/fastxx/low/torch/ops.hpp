#pragma once
// The door to libtorch's free functions (zeros, cat, stack, conv2d, ...). Costs some seconds more than tensor.hpp.

#include <fastxx/low/torch/tensor.hpp>

#include <ATen/ATen.h>
