#pragma once

#include <fastxx/low/nn/detail/hooked_layer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
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

FASTXX_INLINE torch::nn::AnyValue HookedLayer::forward(torch::nn::AnyValue argument) {
  std::vector<torch::nn::AnyValue> arguments;
  arguments.push_back(std::move(argument));
  return call(std::move(arguments));
}

FASTXX_INLINE torch::nn::AnyValue HookedLayer::call(std::vector<torch::nn::AnyValue>&& arguments) {
  auto const now = hooks;  // a hook may remove itself, or another one, while it runs
  auto const layer = original.ptr();
  Tensors given, outputs;
  for (auto& argument : arguments) collect_any(given, argument);
  CallInputs const inputs(now, std::move(given));
  run_before(now, *layer, inputs.tensors());
  auto result = spread(arguments);
  collect_any(outputs, result);
  run_after(now, *layer, inputs, outputs);
  return result;
}

FASTXX_INLINE torch::nn::AnyValue HookedLayer::spread(Values& values) {
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

FASTXX_INLINE HookedLayer* hooked_layer(torch::nn::AnyModule& layer) {
  return layer.type_info() == typeid(HookedLayer) ? &layer.get<HookedLayer>() : nullptr;
}

FASTXX_INLINE torch::nn::AnyModule const& unhooked(torch::nn::AnyModule const& layer) {
  return layer.type_info() == typeid(HookedLayer) ? layer.get<HookedLayer>().original : layer;
}

FASTXX_INLINE void add_layer_hook(torch::nn::AnyModule& layer, std::shared_ptr<ForwardHook> hook) {
  if (!hooked_layer(layer)) layer = torch::nn::AnyModule(std::make_shared<HookedLayer>(layer));
  hooked_layer(layer)->hooks.push_back(std::move(hook));
}

FASTXX_INLINE void remove_layer_hook(torch::nn::SequentialImpl& layers, ForwardHook const* hook) {
  for (auto& layer : layers) {
    auto* const stand_in = hooked_layer(layer);
    if (!stand_in) continue;
    std::erase_if(stand_in->hooks, [hook](auto const& other) { return other.get() == hook; });
    if (stand_in->hooks.empty()) layer = torch::nn::AnyModule(stand_in->original);
  }
}

}  // namespace fastxx::detail
