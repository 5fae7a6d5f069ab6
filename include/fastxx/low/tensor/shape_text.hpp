#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <string>

namespace fastxx::detail {

// "(64, 1, 28, 28)", for messages.
std::string shape_text(at::IntArrayRef shape);

// "Byte (3, 20, 20)", or "no tensor", for messages.
std::string type_and_shape(Tensor const& x);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/tensor/shape_text.ipp>
#endif
