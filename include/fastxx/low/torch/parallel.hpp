#pragma once
// The door to at::parallel_for, which uses several threads in programs compiled with -fopenmp.

#include <fastxx/low/torch/tensor.hpp>

#include <ATen/Parallel.h>
