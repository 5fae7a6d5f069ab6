#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Lets each part of the model that derives from CarriesState forget what earlier batches have left: before training,
/// before validation and when a fit ends.
///
/// Errors:  state_error [model_resetter.none] when the model has no such part
/// Source:  fastai 2.7.18 callback/rnn.py ModelResetter
/// Example: examples/doc/recurrent.cpp
struct ModelResetter {
  void before_train(TrainState& learn) const { reset(learn); }
  void before_validate(TrainState& learn) const { reset(learn); }
  void after_fit(TrainState& learn) const { reset(learn); }

 private:
  static void reset(TrainState& learn);
};

namespace detail {
// A tensor, or the last one of a list.
template <class X>
Tensor last_tensor(X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>)
    return x;
  else
    return x.empty() ? Tensor() : Tensor(x.back());
}
}  // namespace detail

/// Where a recurrent model's output has the outputs of its last layer, before and after dropout. Of a tuple they are the
/// second and the third element, tensors or lists of one for each layer; specialise it for a struct of your own.
///
/// Source:  own design
/// Example: examples/doc/recurrent.cpp
template <class Output>
struct recurrent_outputs_of {
  static constexpr bool three = [] {
    if constexpr (requires { std::tuple_size<Output>::value; })
      return std::tuple_size_v<Output> >= 3;
    else
      return false;
  }();
  static std::pair<Tensor, Tensor> get(Output const& output) {
    static_assert(three,
                  "fastxx::RNNCallback: the model must give a std::tuple of its prediction, its raw outputs and its "
                  "outputs after dropout; for a struct of your own specialise fastxx::recurrent_outputs_of<Output>");
    if constexpr (three)
      return {detail::last_tensor(std::get<1>(output)), detail::last_tensor(std::get<2>(output))};
    else
      return {};
  }
};

namespace detail {
// Whether there is an answer; a specialisation always has one.
template <class Output>
constexpr bool has_recurrent_outputs() {
  if constexpr (requires { recurrent_outputs_of<Output>::three; })
    return recurrent_outputs_of<Output>::three;
  else
    return true;
}
}  // namespace detail

/// Keeps the outputs of a recurrent model's last layer while a batch runs, for RNNRegularizer and callbacks of your own:
/// `learn.get_cb<RNNCallback>()->raw_out`. (`learn.pred` is the model's first output anyway.)
///
/// Shapes:  (N,T,H): items, steps in time, numbers
/// Source:  fastai 2.7.18 callback/rnn.py RNNCallback
/// Example: examples/doc/recurrent.cpp
class RNNCallback {
 public:
  static constexpr int order = CallbackOrder::none;

  Tensor raw_out = {};  ///< before dropout
  Tensor out = {};      ///< after dropout

  void after_pred(auto& learn) {
    if (learn.evaluating) return;  // of an event in a batch that goes on
    std::tie(raw_out, out) = recurrent_outputs_of<std::decay_t<decltype(learn.output)>>::get(learn.output);
  }
  void after_batch(TrainState& learn) {
    if (!learn.evaluating) raw_out.reset(), out.reset();  // and the graph behind them
  }
};

/// Adds to what is trained, but not to the loss in the table: alpha times the mean square of the outputs after dropout
/// (activation regularization), and beta times that of the differences from one step in time to the next of the outputs
/// before dropout (temporal activation regularization).
///
/// Errors:  state_error [rnn_regularizer.options] for negative numbers or NaN, [rnn_regularizer.no_outputs] without
///          RNNCallback; tensor_error [rnn_regularizer.shape] for outputs without a dimension of time
/// Source:  fastai 2.7.18 callback/rnn.py RNNRegularizer; Merity et al. 2017; differs: beta counts for a batch of one item
///          as well, and not where there is one step in time
/// Example: examples/doc/recurrent.cpp
class RNNRegularizer {
 public:
  static constexpr int order = CallbackOrder::none + 1;
  static constexpr bool run_valid = false;

  explicit RNNRegularizer(double alpha = 0, double beta = 0);

  void after_loss(TrainState& learn);

 private:
  double alpha_, beta_;
};

/// What a recurrent model needs: `fit(1, rnn_cbs(2, 1))` is
/// `fit(1, callbacks(ModelResetter{}, RNNCallback{}, RNNRegularizer(2, 1)))`.
///
/// Source:  fastai 2.7.18 callback/rnn.py rnn_cbs
/// Example: examples/doc/recurrent.cpp
inline auto rnn_cbs(double alpha = 0, double beta = 0) {
  return callbacks(ModelResetter{}, RNNCallback{}, RNNRegularizer(alpha, beta));
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/rnn.ipp>
#endif
