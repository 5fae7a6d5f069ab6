#pragma once
// The door to at::RecordFunction, which tells about every operator call of a thread.

#include <fastxx/low/torch/tensor.hpp>

#include <ATen/record_function.h>
