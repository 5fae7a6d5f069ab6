#pragma once
// The door to torch::autograd::grad, beside the Function that low/torch/nn.hpp brings along.

#include <fastxx/low/torch/tensor.hpp>

#include <torch/csrc/autograd/autograd.h>
