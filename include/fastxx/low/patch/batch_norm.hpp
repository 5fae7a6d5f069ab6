#pragma once

#include <cstddef>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <memory>
#include <utility>
#include <vector>

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

// The training flags of a model's modules, put back at the end.
class KeepModes {
 public:
  explicit KeepModes(torch::nn::Module& model) : modules_(model.modules()) {
    for (auto const& module : modules_) modes_.push_back(module->is_training());
  }
  ~KeepModes() {
    DisablePatches const quiet;
    for (std::size_t i = 0; i < modules_.size(); ++i)  // parents come before their children
      modules_[i]->train(modes_[i]);
  }
  KeepModes(KeepModes const&) = delete;
  KeepModes& operator=(KeepModes const&) = delete;

 private:
  std::vector<std::shared_ptr<torch::nn::Module>> modules_;
  std::vector<bool> modes_{};
};

}  // namespace detail

/// Measure the running statistics of all batch-norm layers anew: the plain average over the batches that the loop runs.
///
/// Only batch norm is in training mode meanwhile, so dropout is off; afterwards every module is in the mode it was in.
/// The statistics the layers show now are overwritten.
/// Runs:    without gradients, and without the model's own patch hooks
/// Errors:  what the loop throws; modes and momentum are put back then too
/// Source:  PyTorch torch.optim.swa_utils.update_bn; differs: dropout stays off
/// Example: examples/doc/patch_manager.cpp
inline void recalibrate_batch_norm(ModuleRef const& model, ForwardLoop const& forward_loop) {
  at::NoGradGuard const no_grad;
  DisablePatches const quiet;
  detail::KeepModes const modes(*model);
  model->eval();
  Changes momentum;
  struct PutBack {
    Changes& changes;
    ~PutBack() { changes.undo(); }
  } const put_back{momentum};
  detail::each_batch_norm(*model, [&](auto& layer) {
    if (!layer.options.track_running_stats()) return;
    layer.running_mean.zero_();
    layer.running_var.fill_(1);
    layer.num_batches_tracked.zero_();
    layer.torch::nn::Module::train(true);
    momentum.set(layer.options.momentum(), c10::optional<double>());  // none: average over all batches
  });
  forward_loop(*model);
}

}  // namespace fastxx
