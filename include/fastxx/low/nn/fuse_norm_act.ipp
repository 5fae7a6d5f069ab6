#pragma once

#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/fuse_norm_act.hpp>
#include <fastxx/low/torch/library.hpp>
#include <fastxx/low/torch/native_ops.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace fastxx::detail {

using MaybeTensor = c10::optional<Tensor>;

// The parameters whose norms are ours. A weak pointer keeps the address of a parameter that is gone from another tensor, so
// what is found is alive.
class FusedNorms {
 public:
  static FusedNorms& instance() {
    static auto* const all = new FusedNorms;  // never destroyed: the kernel may be asked until the program is over
    return *all;
  }

  bool add(Tensor const& parameter) {
    static bool const registered = register_kernel();
    std::unique_lock const lock(mutex_);
    std::erase_if(parameters_, [](auto const& entry) { return entry.second.expired(); });
    auto const added = parameters_.try_emplace(parameter.unsafeGetTensorImpl(), parameter.getIntrusivePtr()).second;
    count_ = parameters_.size();
    return added && registered;
  }
  bool remove(Tensor const& parameter) {
    std::unique_lock const lock(mutex_);
    bool const removed = parameters_.erase(parameter.unsafeGetTensorImpl()) != 0;
    count_ = parameters_.size();
    return removed;
  }
  bool has(MaybeTensor const& parameter) const {
    if (count_.load(std::memory_order_relaxed) == 0 || !parameter || !parameter->defined()) return false;
    std::shared_lock const lock(mutex_);
    return parameters_.contains(parameter->unsafeGetTensorImpl());
  }

 private:
  static bool register_kernel();

  mutable std::shared_mutex mutex_;
  std::map<c10::TensorImpl const*, c10::weak_intrusive_ptr<c10::TensorImpl, at::UndefinedTensorImpl>> parameters_;
  std::atomic<std::size_t> count_ = 0;
};

// aten::batch_norm of tensors on the CPU, whoever calls it.
inline Tensor batch_norm_kernel(Tensor const& x, MaybeTensor const& weight, MaybeTensor const& bias,
                                MaybeTensor const& running_mean, MaybeTensor const& running_var, bool training,
                                double momentum, double eps, bool cudnn) {
  auto const& norms = FusedNorms::instance();
  auto const given = [](MaybeTensor const& tensor) { return tensor.value_or(Tensor()); };
  if (norms.has(weight) || norms.has(running_mean)) {
    BatchNormActOptions const options{training, momentum, eps, NormActivation::none};
    if (kernels_know(x, given(weight), given(bias), given(running_mean), given(running_var), options))
      return batch_norm_act(x, given(weight), given(bias), given(running_mean), given(running_var), options);
  }
  return at::native::batch_norm(x, weight, bias, running_mean, running_var, training, momentum, eps, cudnn);
}

inline bool FusedNorms::register_kernel() {
  static auto* const library =
      new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::AutogradCPU, __FILE__, __LINE__);
  // Not TORCH_FN, whose static_assert g++ refuses under -fsanitize=undefined.
  library->impl("batch_norm", batch_norm_kernel);
  return true;
}

// What is passed to aten::batch_norm and belongs to the layer alone.
inline std::vector<Tensor> norm_parameters(torch::nn::Module& model) {
  using namespace torch::nn;
  std::vector<Tensor> parameters;
  auto const add = [&](auto const* layer) {
    if (!layer) return;
    if (layer->weight.defined())
      parameters.push_back(layer->weight);
    else if (layer->running_mean.defined())
      parameters.push_back(layer->running_mean);
  };
  for (auto const& part : model.modules()) {
    add(dynamic_cast<BatchNorm1dImpl const*>(part.get()));
    add(dynamic_cast<BatchNorm2dImpl const*>(part.get()));
    add(dynamic_cast<BatchNorm3dImpl const*>(part.get()));
  }
  return parameters;
}

FASTXX_INLINE std::int64_t fuse_norms_of(torch::nn::Module& model) {
  std::int64_t added = 0;
  for (auto const& parameter : norm_parameters(model)) added += FusedNorms::instance().add(parameter);
  return added;
}

FASTXX_INLINE std::int64_t unfuse_norms_of(torch::nn::Module& model) {
  std::int64_t removed = 0;
  for (auto const& parameter : norm_parameters(model)) removed += FusedNorms::instance().remove(parameter);
  return removed;
}

}  // namespace fastxx::detail
