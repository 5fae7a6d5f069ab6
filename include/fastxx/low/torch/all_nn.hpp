#pragma once
// The wide door to torch::nn: every module libtorch has, for a second or two more of the compiler's time than nn.hpp.

#include <fastxx/low/torch/nn.hpp>

#include <torch/nn.h>
