#pragma once
// The door to torch::nn: modules and containers. The dearest door: only headers about models and training include it.

#include <fastxx/low/torch/ops.hpp>

#include <torch/nn.h>
