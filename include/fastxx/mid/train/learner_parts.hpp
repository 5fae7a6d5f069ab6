#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/splitter_part.hpp>
#include <fastxx/mid/serve/loss_decoding.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/metric.hpp>

#include <type_traits>
#include <utility>

namespace fastxx {

/// The name of the part that opt_func(...) makes.
struct OptFuncPart {};

/// The optimizer of a Learner: a recipe such as `Adam{.wd = .1}`.
template <class Recipe>
constexpr auto opt_func(Recipe recipe) {
  return Part<OptFuncPart, Recipe>{std::move(recipe)};
}

namespace detail {

template <class Name>
inline constexpr bool is_learner_part_v =
    std::is_same_v<Name, LossFuncPart> || std::is_same_v<Name, OptFuncPart> || std::is_same_v<Name, SplitterPart> ||
    std::is_same_v<Name, MetricsPart> || std::is_same_v<Name, CallbacksPart>;

template <class... Parts>
consteval bool are_learner_parts() {
  return (is_learner_part_v<part_name_t<Parts>> && ...);
}
template <class... Parts>
consteval bool parts_are_unique() {
  // That one of them is no part has been said already.
  return !are_learner_parts<Parts...>() || ((count_parts<part_name_t<Parts>, Parts...>() == 1) && ...);
}

template <class Data>
consteval bool carries_loss() {
  if constexpr (requires { typename Data::pipelines_type; })
    return attribute_count<LossFuncAttribute, typename Data::pipelines_type>::value > 0;
  else
    return false;
}

// The loss that the targets' pipeline carries.
template <class Data>
auto loss_of_data(Data const& data) {
  using Pipelines = typename Data::pipelines_type;
  return find_in_last<LossFuncAttribute, std::tuple_size_v<Pipelines> - 1>(data.pipelines());
}

}  // namespace detail
}  // namespace fastxx
