#pragma once
// The door to libtorch's dispatcher: kernels of one's own for operators that there are.

#include <fastxx/low/torch/tensor.hpp>

#include <torch/library.h>
