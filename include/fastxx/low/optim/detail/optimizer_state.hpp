#pragma once
// What Optimizer saves and loads; its description is in <fastxx/low/optim/optimizer.hpp>.

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/tensor/shape_text.hpp>

namespace fastxx {

namespace detail {}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/detail/optimizer_state.ipp>
#endif
