#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <cstdint>

namespace fastxx {

namespace detail {
std::int64_t fuse_norms_of(torch::nn::Module& model);
std::int64_t unfuse_norms_of(torch::nn::Module& model);
}  // namespace detail

/// Let the BatchNorm1d, 2d and 3d layers of any network run on batch_norm_act's kernels, without a change to the network:
/// its modules, its names and its forward() stay, `relu(bn(conv(x)))` as somebody else wrote it. Returns the number of
/// layers; unfuse_norm_act gives them back to libtorch.
///
/// The layers' parameters are what is known by it, so layers that are made or cloned afterwards are not among them. The
/// activation behind a norm stays an operator of its own: where you write the network yourself, batch_norm_act(bn, x) or
/// a fastxx::Sequential takes it in too. What batch_norm_act does not know (a GPU, double, ...) is libtorch's, as before.
/// Shapes:  those of the layers
/// Source:  own design: a kernel for aten::batch_norm on the CPU, for the parameters that were named
/// Example: examples/doc/batch_norm_act.cpp
template <detail::ModuleLike Model>
std::int64_t fuse_norm_act(Model const& model) {
  return detail::fuse_norms_of(detail::module_of(const_cast<Model&>(model)));
}
/// The layers of the network are libtorch's again; returns the number of those that were not.
///
/// Source:  own design
/// Example: examples/doc/batch_norm_act.cpp
template <detail::ModuleLike Model>
std::int64_t unfuse_norm_act(Model const& model) {
  return detail::unfuse_norms_of(detail::module_of(const_cast<Model&>(model)));
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/fuse_norm_act.ipp>
#endif
