#pragma once

#include <fastxx/low/nn/detail/operator_watch.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

template <OperatorInputs at::RecordFunction::*Inputs>
struct ReadInputs {
  friend OperatorInputs inputs_of(at::RecordFunction const& function) { return function.*Inputs; }
};

template struct ReadInputs<&at::RecordFunction::inputs_>;

inline LayerOperator const* layer_operator(std::string_view name) {
  static constexpr std::array<LayerOperator, 15> operators{{
      {"aten::conv1d", 0, 1},
      {"aten::conv2d", 0, 1},
      {"aten::conv3d", 0, 1},
      {"aten::conv_transpose1d", 0, 1},
      {"aten::conv_transpose2d", 0, 1},
      {"aten::conv_transpose3d", 0, 1},
      {"aten::batch_norm", 0, 1},
      {"aten::layer_norm", 0, 2},
      {"aten::group_norm", 0, 2},
      {"aten::embedding", 1, 0},
      {"aten::bilinear", 0, 2},
      {"aten::linear", 0, 1},
      {"aten::addmm", 1, 0, true},  // LinearImpl of two dimensions
      {"aten::matmul", 0, 1},       // LinearImpl of more, without a bias or before it is added:
      {"aten::add_", 0, 1, true},
  }};
  for (auto const& entry : operators)
    if (entry.name == name) return &entry;
  return nullptr;
}

template <class... Layers>
void find_weight(LayerKeys& keys, torch::nn::Module& module) {
  auto try_layer = [&](auto* layer) {
    if (layer && layer->weight.defined()) keys.weight = [layer] { return layer->weight; };
  };
  (try_layer(dynamic_cast<Layers*>(&module)), ...);
}

FASTXX_INLINE LayerKeys layer_keys(torch::nn::Module& module) {
  using namespace torch::nn;
  LayerKeys keys;
  find_weight<LinearImpl, Conv1dImpl, Conv2dImpl, Conv3dImpl, ConvTranspose1dImpl, ConvTranspose2dImpl,
              ConvTranspose3dImpl, BatchNorm1dImpl, BatchNorm2dImpl, BatchNorm3dImpl, LayerNormImpl, GroupNormImpl,
              EmbeddingImpl, BilinearImpl>(keys, module);
  if (auto* const linear = dynamic_cast<LinearImpl*>(&module)) keys.bias = [linear] { return linear->bias; };
  return keys;
}

FASTXX_INLINE OperatorWatch::OperatorWatch(torch::nn::Module& watched, LayerKeys its_keys,
                                           std::shared_ptr<ForwardHook> its_hook)
    : module(&watched), owner(watched.weak_from_this()), keys(std::move(its_keys)), hook(std::move(its_hook)) {}

FASTXX_INLINE bool OperatorWatch::matches(LayerOperator const& call, OperatorInputs arguments, Tensors& inputs) {
  bool const has_bias = keys.bias && keys.bias().defined();
  if (inside || (call.key_is_bias && !has_bias)) return false;
  if (!same_numbers(arguments[call.key].toTensor(), call.key_is_bias ? keys.bias() : keys.weight())) return false;
  inputs = {arguments[call.input].toTensor()};
  if (!has_bias) return true;
  if (call.name == "aten::matmul") before_bias = inputs;
  if (call.name == "aten::add_") {
    if (before_bias.empty()) return false;  // a sum of somebody else
    inputs = std::exchange(before_bias, {});
  }
  return call.name != "aten::matmul";
}

FASTXX_INLINE bool OperatorWatch::same_numbers(Tensor const& a, Tensor const& b) {
  return a.has_storage() && b.has_storage() && a.numel() == b.numel() && a.data_ptr() == b.data_ptr();
}

inline OperatorWatches& operator_watches() {
  thread_local OperatorWatches watches;
  return watches;
}

FASTXX_INLINE OperatorWatches& OperatorWatches::of_this_thread() { return operator_watches(); }

FASTXX_INLINE void OperatorWatches::add(std::shared_ptr<OperatorWatch> watch) {
  drop_dead();
  list_.push_back(std::move(watch));
  if (list_.size() == 1)
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(&start, &end)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
}

FASTXX_INLINE void OperatorWatches::drop_dead() {
  auto const before = list_.size();
  std::erase_if(list_, [](auto const& watch) { return watch->dead.load(); });
  if (before > 0 && list_.empty()) at::removeCallback(handle_);
}

FASTXX_INLINE std::unique_ptr<at::ObserverContext> OperatorWatches::start(at::RecordFunction const& function) {
  auto const* const known = layer_operator(function.name());
  if (!known) return nullptr;
  auto const arguments = inputs_of(function);
  if (arguments.size() <= std::max(known->key, known->input)) return nullptr;
  if (!arguments[known->key].isTensor() || !arguments[known->input].isTensor()) return nullptr;
  of_this_thread().drop_dead();
  auto call = std::make_unique<Call>();
  for (auto const& watch : std::vector(of_this_thread().list_)) {
    auto module = watch->owner.lock();
    if (watch->dead || (watch->has_owner && !module)) continue;
    if (!watch->matches(*known, arguments, call->inputs)) continue;
    watch->inside = true;
    call->watches.push_back(watch);
    call->modules.push_back(std::move(module));
    guarded(*watch, [&] { run_before({watch->hook}, *watch->module, call->inputs); });
  }
  if (call->watches.empty()) return nullptr;
  return call;
}

FASTXX_INLINE void OperatorWatches::end(at::RecordFunction const& function, at::ObserverContext* context) {
  auto* const call = static_cast<Call*>(context);
  if (!call) return;
  Tensors outputs;
  for (auto const& output : function.outputs())
    if (output.isTensor()) outputs.push_back(output.toTensor());
  CallInputs const inputs({}, call->inputs);  // these operators leave their inputs alone
  for (auto const& watch : call->watches) {
    watch->inside = false;
    if (!outputs.empty() && !watch->dead)
      guarded(*watch, [&] { run_after({watch->hook}, *watch->module, inputs, outputs); });
  }
}

}  // namespace fastxx::detail
