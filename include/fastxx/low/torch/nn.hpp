#pragma once
// The door to torch::nn: module, containers, init, and the layers most programs have: linear, convolution, pooling,
// normalization, dropout, activation. A program that wants others (LSTM, CrossEntropyLoss, ...) includes
// <torch/nn.h> or <fastxx/low/torch/all_nn.hpp> as well, before or after. Still the dearest door: only headers about
// models and training include it.

#include <fastxx/low/torch/ops.hpp>

#include <torch/nn/functional/instancenorm.h>  // the module's header forgets it
#include <torch/nn/init.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/modules/pooling.h>
