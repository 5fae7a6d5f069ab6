#pragma once
// The door to torch::optim: libtorch's own optimizers, and the archives they are saved in.

#include <fastxx/low/torch/nn.hpp>

#include <torch/optim.h>
#include <torch/serialize/archive.h>
