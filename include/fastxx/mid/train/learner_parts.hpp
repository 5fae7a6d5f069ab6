#pragma once

#include <fastxx/low/core/parts.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/metric.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The names of the parts that loss_func(...), opt_func(...) and splitter(...) make.
struct LossFuncPart {};
struct OptFuncPart {};
struct SplitterPart {};

/// The loss of a Learner: `loss(prediction, targets...)`, with `activation` and `decodes` where it has them.
template <class Loss>
constexpr auto loss_func(Loss loss) {
  return Part<LossFuncPart, Loss>{std::move(loss)};
}
/// The optimizer of a Learner: a recipe such as `Adam{.wd = .1}`.
template <class Recipe>
constexpr auto opt_func(Recipe recipe) {
  return Part<OptFuncPart, Recipe>{std::move(recipe)};
}
/// How a Learner groups parameters: a function from the model to a list of parameter lists.
template <class Function>
constexpr auto splitter(Function function) {
  return Part<SplitterPart, Function>{std::move(function)};
}

namespace detail {

struct OneGroup {
  template <class Model>
  std::vector<std::vector<Tensor>> operator()(Model const& model) const {
    std::vector<Tensor> trainable;
    for (auto const& parameter : model->parameters())
      if (parameter.requires_grad()) trainable.push_back(parameter);
    return {trainable};
  }
};

template <class Name>
inline constexpr bool is_learner_part_v =
    std::is_same_v<Name, LossFuncPart> || std::is_same_v<Name, OptFuncPart> || std::is_same_v<Name, SplitterPart> ||
    std::is_same_v<Name, MetricsPart> || std::is_same_v<Name, CallbacksPart>;

template <class T>
consteval bool is_learner_part() {
  if constexpr (is_part_v<T>)
    return is_learner_part_v<typename T::name>;
  else
    return false;
}

// Stands where a loss is missing, so that one sentence is all the compiler says.
struct NoLoss {
  Tensor operator()(auto const&...) const { return {}; }
};

template <class... Parts>
consteval bool parts_are_unique() {
  if constexpr ((is_part_v<Parts> && ...))
    return ((count_parts<typename Parts::name, Parts...>() == 1) && ...);
  else
    return true;  // that one of them is no part has been said already
}

// The loss given, or the one the targets' pipeline carries.
template <class Data, class... Parts>
auto choose_loss(Data const& data, Parts const&... parts) {
  if constexpr (count_parts<LossFuncPart, Parts...>() > 0) {
    return pick_part<LossFuncPart>(0, parts...);
  } else {
    using Pipelines = typename Data::pipelines_type;
    constexpr bool found = attribute_count<LossFuncAttribute, Pipelines>::value > 0;
    static_assert(found, "fastxx::Learner: no transform of these data carries a loss function; give loss_func(...)");
    if constexpr (found)
      return find_in_last<LossFuncAttribute, std::tuple_size_v<Pipelines> - 1>(data.pipelines());
    else
      return NoLoss{};
  }
}

}  // namespace detail

/// The named parts of a Learner, each as given or its default.
template <class Data, class... Parts>
struct LearnerParts {
  static_assert((detail::is_learner_part<Parts>() && ...),
                "fastxx::Learner(dls, model, parts...): a part must be loss_func(...), opt_func(...), metrics(...), "
                "callbacks(...) or splitter(...)");
  static_assert(detail::parts_are_unique<Parts...>(), "fastxx::Learner(dls, model, parts...): a part is given twice");

  using Loss = decltype(detail::choose_loss(std::declval<Data const&>(), std::declval<Parts const&>()...));
  using Metrics = decltype(detail::pick_part<MetricsPart>(hana::tuple<>{}, std::declval<Parts>()...));
  using Callbacks = decltype(detail::pick_part<CallbacksPart>(hana::tuple<>{}, std::declval<Parts>()...));
  using OptFunc = decltype(detail::pick_part<OptFuncPart>(Adam{}, std::declval<Parts>()...));
  using Splitter = decltype(detail::pick_part<SplitterPart>(detail::OneGroup{}, std::declval<Parts>()...));

  explicit LearnerParts(Data const& data, Parts const&... parts)
      : loss(detail::choose_loss(data, parts...)),
        metrics(detail::pick_part<MetricsPart>(hana::tuple<>{}, parts...)),
        callbacks(detail::pick_part<CallbacksPart>(hana::tuple<>{}, parts...)),
        opt_func(detail::pick_part<OptFuncPart>(Adam{}, parts...)),
        splitter(detail::pick_part<SplitterPart>(detail::OneGroup{}, parts...)) {}

  Loss loss;
  Metrics metrics;
  Callbacks callbacks;
  OptFunc opt_func;
  Splitter splitter;
};

}  // namespace fastxx
