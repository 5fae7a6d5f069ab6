#pragma once
// The door to torch::autograd: grad(), and nodes of one's own.

#include <fastxx/low/torch/tensor.hpp>

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>
