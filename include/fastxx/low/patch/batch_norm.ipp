#pragma once

#include <fastxx/low/patch/batch_norm.hpp>
#include <fastxx/low/patch/changes.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace fastxx::detail {

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

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void recalibrate_batch_norm(ModuleRef const& model, ForwardLoop const& forward_loop) {
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
