#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

inline void collect_any(Tensors& found, torch::nn::AnyValue& value) {
  auto try_types = [&]<class... Types>(std::type_identity<std::tuple<Types...>>) {
    (void)((value.try_get<Types>() ? (collect_tensors(found, *value.try_get<Types>()), true) : false) || ...);
  };
  using Two = std::tuple<Tensor, Tensor>;
  try_types(
      std::type_identity<std::tuple<Tensor, std::vector<Tensor>, Two, std::tuple<Tensor, Two>,
                                    std::tuple<Tensor, Tensor, Tensor>, c10::optional<Tensor>, c10::optional<Two>>>{});
}

// Stands in for a layer of a torch::nn::Sequential while somebody listens: the container's list is the only thing
// that changes, its registered children stay as they are, and indexing still gives the real layer.
class HookedLayer : public torch::nn::Module {
 public:
  explicit HookedLayer(torch::nn::AnyModule layer) : original(std::move(layer)) {}

  // AnyModule wants a forward to tell modules from other types; the holder below uses call().
  torch::nn::AnyValue forward(torch::nn::AnyValue argument) {
    std::vector<torch::nn::AnyValue> arguments;
    arguments.push_back(std::move(argument));
    return call(std::move(arguments));
  }

  torch::nn::AnyValue call(std::vector<torch::nn::AnyValue>&& arguments) {
    auto const now = hooks;  // a hook may remove itself, or another one, while it runs
    auto const layer = original.ptr();
    Tensors inputs, outputs;
    for (auto& argument : arguments) collect_any(inputs, argument);
    run_before(now, *layer, inputs);
    auto result = spread(arguments);
    collect_any(outputs, result);
    run_after(now, *layer, inputs, outputs);
    return result;
  }

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
  torch::nn::AnyValue spread(Values& values) {
    using Call = torch::nn::AnyValue (*)(torch::nn::AnyModule&, Values&);
    static constexpr auto calls = []<std::size_t... N>(std::index_sequence<N...>) {
      return std::array<Call, sizeof...(N)>{[](torch::nn::AnyModule& layer, Values& list) {
        return call_with(layer, list, std::make_index_sequence<N>{});
      }...};
    }
    (std::make_index_sequence<most_arguments + 1>{});
    if (values.size() > most_arguments)
      throw state_error("hook.arguments", {.call = "a hooked layer of a Sequential",
                                           .expected = "at most " + std::to_string(most_arguments) + " arguments",
                                           .got = std::to_string(values.size())});
    return calls[values.size()](original, values);
  }
};

}  // namespace fastxx::detail

namespace torch::nn {

/// Calls the stand-in and shows the layer behind it; clones are of the layer, without hooks.
template <class... Arguments>
struct AnyModuleHolder<fastxx::detail::HookedLayer, Arguments...> : public AnyModulePlaceholder {
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

}  // namespace torch::nn

namespace fastxx::detail {

inline HookedLayer* hooked_layer(torch::nn::AnyModule& layer) {
  return layer.type_info() == typeid(HookedLayer) ? &layer.get<HookedLayer>() : nullptr;
}

// The layer itself, whether it has hooks or not.
inline torch::nn::AnyModule const& unhooked(torch::nn::AnyModule const& layer) {
  return layer.type_info() == typeid(HookedLayer) ? layer.get<HookedLayer>().original : layer;
}

inline void add_layer_hook(torch::nn::AnyModule& layer, std::shared_ptr<ForwardHook> hook) {
  if (!hooked_layer(layer)) layer = torch::nn::AnyModule(std::make_shared<HookedLayer>(layer));
  hooked_layer(layer)->hooks.push_back(std::move(hook));
}

// The last hook that goes puts the layer back.
inline void remove_layer_hook(torch::nn::SequentialImpl& layers, ForwardHook const* hook) {
  for (auto& layer : layers) {
    auto* const stand_in = hooked_layer(layer);
    if (!stand_in) continue;
    std::erase_if(stand_in->hooks, [hook](auto const& other) { return other.get() == hook; });
    if (stand_in->hooks.empty()) layer = torch::nn::AnyModule(stand_in->original);
  }
}

}  // namespace fastxx::detail
