#pragma once
// The door to what stands behind libtorch's operators, past its dispatcher.

#include <fastxx/low/torch/tensor.hpp>

#include <ATen/ops/batch_norm_native.h>
