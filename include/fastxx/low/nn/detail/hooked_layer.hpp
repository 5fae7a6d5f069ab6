#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Stands in for a layer of a torch::nn::Sequential while somebody listens: the container's list is the only thing
// that changes, its registered children stay as they are, and indexing still gives the real layer.
class HookedLayer : public torch::nn::Module {
 public:
  explicit HookedLayer(torch::nn::AnyModule layer) : original(std::move(layer)) {}

  // AnyModule wants a forward to tell modules from other types; the holder below uses call().
  torch::nn::AnyValue forward(torch::nn::AnyValue argument);

  torch::nn::AnyValue call(std::vector<torch::nn::AnyValue>&& arguments);

  torch::nn::AnyModule original;
  ForwardHooks hooks{};

 private:
  using Values = std::vector<torch::nn::AnyValue>;
  static constexpr std::size_t most_arguments = 12;

  template <std::size_t... I>
  static torch::nn::AnyValue call_with(torch::nn::AnyModule& layer, [[maybe_unused]] Values& values,
                                       std::index_sequence<I...>) {
    return layer.any_forward(std::move(values[I])...);
  }

  // any_forward takes its arguments one by one.
  torch::nn::AnyValue spread(Values& values);
};

}  // namespace fastxx::detail

/// Calls the stand-in and shows the layer behind it; clones are of the layer, without hooks.
template <class... Arguments>
struct torch::nn::AnyModuleHolder<fastxx::detail::HookedLayer, Arguments...> : public AnyModulePlaceholder {
  using Layer = fastxx::detail::HookedLayer;
  explicit AnyModuleHolder(std::shared_ptr<Layer>&& layer)
      : AnyModulePlaceholder(typeid(Layer)), module(std::move(layer)) {}

  AnyValue forward(std::vector<AnyValue>&& arguments) override {
    auto const kept = module;  // removing the hook from inside destroys this object
    return kept->call(std::move(arguments));
  }
  std::shared_ptr<Module> ptr() override { return module->original.ptr(); }
  std::unique_ptr<AnyModulePlaceholder> copy() const override { return std::make_unique<AnyModuleHolder>(*this); }
  std::unique_ptr<AnyModulePlaceholder> clone_module(c10::optional<Device> device) const override {
    return std::make_unique<AnyModuleHolder>(std::make_shared<Layer>(module->original.clone(device)));
  }

  std::shared_ptr<Layer> module;
};

namespace fastxx::detail {

HookedLayer* hooked_layer(torch::nn::AnyModule& layer);

// The layer itself, whether it has hooks or not.
torch::nn::AnyModule const& unhooked(torch::nn::AnyModule const& layer);

void add_layer_hook(torch::nn::AnyModule& layer, std::shared_ptr<ForwardHook> hook);

// The last hook that goes puts the layer back.
void remove_layer_hook(torch::nn::SequentialImpl& layers, ForwardHook const* hook);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/nn/detail/hooked_layer.ipp>
#endif
