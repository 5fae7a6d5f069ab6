#pragma once

#include <fastxx/mid/serve/inference.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// What predicts: copies of a learner's transforms and loss with the same model; Learner::inference() finds it here.
///
/// Source:  own design
/// Example: examples/doc/export.cpp
template <class Learner>
auto inference_of(Learner const& learn) {
  constexpr bool has_pipelines = requires { learn.dls.transforms(); };
  static_assert(has_pipelines,
                "fastxx::Learner::inference(): these loaders have no pipelines that take a raw item; make them with "
                "Datasets");
  if constexpr (has_pipelines) {
    auto transforms = learn.dls.transforms();
    using Targets = decltype(learn.yb);
    using Target = typename decltype([] {
      if constexpr (std::tuple_size_v < Targets >> 0)
        return std::type_identity<std::tuple_element_t<0, Targets>>{};
      else
        return std::type_identity<decltype(learn.pred)>{};
    }())::type;
    return InferenceLearner<decltype(transforms), typename Learner::model_type, Target>{
        std::move(transforms), LossDecoding::of(learn.loss_func), learn.model};
  }
}

}  // namespace fastxx
