#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/torch/nn.hpp>

namespace fastxx {

namespace detail {

// visit(layer) for the batch-norm layers of a model, each in its own type.
template <class Visit>
void each_batch_norm(torch::nn::Module& model, Visit const& visit) {
  for (auto const& module : model.modules()) {
    if (auto* const one = module->as<torch::nn::BatchNorm1dImpl>()) visit(*one);
    if (auto* const two = module->as<torch::nn::BatchNorm2dImpl>()) visit(*two);
    if (auto* const three = module->as<torch::nn::BatchNorm3dImpl>()) visit(*three);
  }
}

}  // namespace detail

/// Measure the running statistics of all batch-norm layers anew: the plain average over the batches that the loop runs.
///
/// Only batch norm is in training mode meanwhile, so dropout is off; afterwards every module is in the mode it was in.
/// The statistics the layers show now are overwritten.
/// Runs:    without gradients, and without the model's own patch hooks
/// Errors:  what the loop throws; modes and momentum are put back then too
/// Source:  PyTorch torch.optim.swa_utils.update_bn; differs: dropout stays off
/// Example: examples/doc/patch_manager.cpp
void recalibrate_batch_norm(ModuleRef const& model, ForwardLoop const& forward_loop);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/batch_norm.ipp>
#endif
