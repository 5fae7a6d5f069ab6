#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/nn/modes.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/stream.hpp>
#include <fastxx/mid/train/batch.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// One forward of a model whose layers are listened to. The model is as it was when this goes: its modes, its buffers (the
// statistics of norms), and the generators that dropout draws from.
class SummaryRun {
 public:
  explicit SummaryRun(ModuleRef const& model);
  ~SummaryRun();
  SummaryRun(SummaryRun const&) = delete;
  SummaryRun& operator=(SummaryRun const&) = delete;

  at::Device device() const { return device_; }
  std::string text(Tensors const& inputs) const;

 private:
  struct Layer {
    ModuleRef module;
    std::string name, shape;
  };

  void listen(std::size_t layer);
  void reset_carried() const;

  ModuleRef model_;
  at::Device device_;
  ModelModes modes_;
  std::vector<std::pair<Tensor, Tensor>> buffers_;  // and what was in them
  KeptGenerators generators_;
  std::vector<Layer> layers_;
  std::vector<Hook<bool>> hooks_;
};

template <class X>
auto on_device(X const& x, at::Device device) {
  if constexpr (std::is_base_of_v<Tensor, X>)
    return static_cast<Tensor const&>(x).to(device);
  else
    return x;
}

// The inputs of the first batch of a loader, whose epochs go on as if nothing had happened.
template <class Xb, class Loader>
Xb first_inputs(Loader& loader) {
  auto const inputs_of_batch = [](auto batch) {
    auto all = batch_tuple(std::move(batch));
    Xb inputs;
    SubTuple<decltype(all), 0, std::make_index_sequence<std::tuple_size_v<Xb>>>::take(all, inputs);
    return inputs;
  };
  if constexpr (requires { loader.one_batch(); }) {
    return inputs_of_batch(loader.one_batch());
  } else {
    auto const stream = stream_over(loader);
    stream->start(0, 0);
    auto* const batch = stream->next();
    if (!batch)
      throw data_error("summary.empty",
                       {.call = "Learner::summary", .expected = "a training batch", .got = "a loader without any"});
    return inputs_of_batch(std::move(*batch));
  }
}

// What a learner is made of besides its model.
std::string training_text(TrainState const& learn, std::string const& optimizer, std::string const& loss);

}  // namespace detail

/// The layers of a model with what they give for these inputs, how many parameters they have and whether these train, and
/// the totals, as a table: `std::cout << module_summary(model, at::zeros({1, 3, 224, 224}))`.
///
/// A parameter that several layers share counts in each of their rows, and once in the totals. "?" stands where a layer's
/// output cannot be heard (see Hook), "not called" where the model leaves it out.
/// Runs:    one forward in the mode of evaluation, without gradients; the model's modes, buffers and the generators are
///          put back, and parts that carry a state are reset
/// Errors:  what the model throws
/// Source:  fastai 2.7.18 callback/hook.py module_summary, layer_info
/// Example: examples/doc/model_summary.cpp
template <class Model, class... Inputs>
std::string module_summary(Model const& model, Inputs const&... inputs) {
  detail::SummaryRun run{ModuleRef(model)};
  {
    at::NoGradGuard const no_grad;
    forward(const_cast<Model&>(model), detail::on_device(inputs, run.device())...);
  }
  return run.text(detail::tensors_in(inputs...));
}

/// The table of module_summary for a batch of the training data, with optimizer, loss and callbacks. Learner::summary
/// finds it here.
///
/// Errors:  those of module_summary; data_error [summary.empty] without training data
/// Source:  fastai 2.7.18 callback/hook.py Learner.summary
/// Example: examples/doc/model_summary.cpp
template <class Learner>
std::string learner_summary(Learner& learn) {
  auto const inputs = detail::first_inputs<std::decay_t<decltype(learn.xb)>>(learn.dls.train());
  std::string const layers =
      std::apply([&](auto const&... x) { return module_summary(learn.model, detail::as_model_input(x)...); }, inputs);
  return layers + detail::training_text(learn, learn.opt_name(), learn.loss_func.name());
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/model_summary.ipp>
#endif
