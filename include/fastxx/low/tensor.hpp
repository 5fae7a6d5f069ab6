#pragma once
// Semantic tensors.

#include <fastxx/low/tensor/create.hpp>
#include <fastxx/low/tensor/functions.hpp>
#include <fastxx/low/tensor/mixing.hpp>
#include <fastxx/low/tensor/operations.hpp>
#include <fastxx/low/tensor/operators.hpp>
#include <fastxx/low/tensor/print.hpp>
#include <fastxx/low/tensor/semantic.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/tensor/types.hpp>
