#pragma once

#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/detail/hooked_layer.hpp>
#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/detail/operator_watch.hpp>
#include <fastxx/low/nn/sequential.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE Tensor SequentialImpl::forward(Tensor input) {
  // A hook on a batch norm that waits for its operator must find it, without an activation.
  if (is_empty() || detail::OperatorWatches::of_this_thread().any())
    return torch::nn::SequentialImpl::forward(std::move(input));
  torch::nn::AnyValue value(std::move(input));
  for (auto layer = begin(); layer != end(); ++layer) {
    auto const next = layer + 1;
    auto* const tensor = value.try_get<Tensor>();
    detail::NormActPair const pair(*layer, next == end() ? nullptr : &*next);
    if (tensor && pair.is_norm()) {
      value = torch::nn::AnyValue(pair.forward(*tensor));
      if (pair.takes_next()) ++layer;
    } else {
      value = layer->any_forward(std::move(value));
    }
  }
  if (auto* const tensor = value.try_get<Tensor>()) return std::move(*tensor);
  return value.get<Tensor>();  // libtorch's error
}

FASTXX_INLINE std::shared_ptr<torch::nn::Module> SequentialImpl::clone(
    c10::optional<torch::Device> const& device) const {
  detail::WithoutNotes const plain(*this);
  auto copy = std::make_shared<SequentialImpl>();
  copy->torch::nn::Module::train(is_training());
  std::vector<std::string> names;  // torch's own clone numbers the layers anew, and states no longer fit
  for (auto const& child : named_children())
    if (!dynamic_cast<detail::Note const*>(child.value().get())) names.push_back(child.key());
  std::size_t i = 0;
  for (auto const& layer : *this) copy->push_back(names[i++], detail::unhooked(layer).clone(device));
  return copy;
}

}  // namespace fastxx
