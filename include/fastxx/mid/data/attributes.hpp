#pragma once

#include <cstddef>
#include <fastxx/low/transform/pipeline.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Names of things stages may carry for others to find: a vocabulary, the number of classes, the loss of their targets.
/// Each is a function object for Pipeline::find; stages have the member of the same name.
///
/// Source:  fastai 2.7.18 data/core.py (attributes gathered from pipelines, features L-16)
/// Example: examples/doc/datasets.cpp
struct VocabAttribute {
  template <class Stage>
  requires requires(Stage const& stage) { stage.vocab; }
  constexpr auto const& operator()(Stage const& stage) const { return stage.vocab; }
};
struct LossFuncAttribute {
  template <class Stage>
  requires requires(Stage const& stage) { stage.loss_func; }
  constexpr auto operator()(Stage const& stage) const { return stage.loss_func; }
};

namespace detail {

template <class Attribute, class Pipelines>
struct attribute_count;
template <class Attribute, class... Pipelines>
struct attribute_count<Attribute, std::tuple<Pipelines...>> {
  static constexpr std::size_t value = (0 + ... + Pipelines::template count<Attribute>());
};

// The attribute from the last pipeline that has it: targets come after inputs.
template <class Attribute, std::size_t I, class Pipelines>
constexpr decltype(auto) find_in_last(Pipelines const& pipelines) {
  if constexpr (std::decay_t<decltype(std::get<I>(pipelines))>::template count<Attribute>() > 0)
    return std::get<I>(pipelines).find(Attribute{});
  else
    return find_in_last<Attribute, I - 1>(pipelines);
}

}  // namespace detail
}  // namespace fastxx
