#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// The name of the part that loss_func(...) makes.
struct LossFuncPart {};

/// The loss of a Learner: `loss(prediction, targets...)`, with `activation` and `decodes` where it has them.
template <class Loss>
constexpr auto loss_func(Loss loss) {
  return Part<LossFuncPart, Loss>{std::move(loss)};
}
/// How the prediction, one tensor, is found in what a model gives: the first tensor of a tuple, pair or vector, or the
/// member `prediction` of a struct. Specialise it, with `static Tensor get(Output const&)`, for any other output.
///
/// Source:  own design; fastai's callbacks (RNNCallback) replace learn.pred instead
/// Example: examples/doc/export.cpp
template <class Output>
struct prediction_of {
  static constexpr bool takes_first = !std::is_base_of_v<Tensor, Output> && !requires(Output const& output) {
    output.prediction;
  };

  static Tensor get(Output const& output) {
    if constexpr (std::is_base_of_v<Tensor, Output>) {
      return output;
    } else if constexpr (requires { output.prediction; }) {
      return output.prediction;
    } else if constexpr (requires { std::tuple_size<Output>::value; }) {
      return prediction_of<std::decay_t<decltype(std::get<0>(output))>>::get(std::get<0>(output));
    } else if constexpr (requires { output.front(); }) {
      return prediction_of<std::decay_t<decltype(output.front())>>::get(output.front());
    } else {
      static_assert(std::is_base_of_v<Tensor, Output>,
                    "fastxx::Learner: no prediction is found in what this model gives; name one of its members "
                    "'prediction', or specialise fastxx::prediction_of<Output>");
      return {};
    }
  }
};

/// How the scores of a model become probabilities, and those classes: what is left of a loss at inference.
///
/// Source:  fastai 2.7.18 losses.py BaseLoss.activation, BaseLoss.decodes
/// Example: examples/fashion_mnist.cpp
struct LossDecoding {
  std::function<Tensor(Tensor const&)> activation;
  std::function<Tensor(Tensor const&)> decodes;

  /// Of a loss with the members `activation` and `decodes`; what it lacks changes nothing.
  template <class Loss>
  static LossDecoding of(Loss const& loss) {
    LossDecoding decoding{[](Tensor const& x) { return x; }, [](Tensor const& x) { return x; }};
    if constexpr (requires(Tensor const& x) { loss.activation(x); })
      decoding.activation = [loss](Tensor const& x) { return loss.activation(x); };
    if constexpr (requires(Tensor const& x) { loss.decodes(x); })
      decoding.decodes = [loss](Tensor const& x) { return loss.decodes(x); };
    return decoding;
  }
};

}  // namespace fastxx
