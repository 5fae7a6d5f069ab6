#pragma once

#include <fastxx/low/nn/detail/hooked_layer.hpp>
#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/sequential.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace fastxx {

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
