#pragma once

#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/serve/loss_decoding.hpp>
#include <fastxx/mid/train/metric.hpp>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The loss of a Learner, of any class: called with the prediction and the targets, or with all that the model gave
/// when it asks for that; a generic lambda, `[](auto const& output, auto const& target)`, gets all of it. May be assigned to while training runs; `activation`, `decodes` and losses per item come from
/// the loss when it has them.
///
/// Errors:  tensor_error [learner.shapes] when prediction and target are floating and would be broadcast, unless the
///          loss says `static constexpr bool flattens = true`
/// Source:  fastai 2.7.18 learner.py Learner.loss_func, losses.py BaseLoss
/// Example: examples/doc/training.cpp
template <class Output, class... Targets>
class LossFunction {
 public:
  LossFunction() = default;
  template <class Loss>
  requires(!std::is_same_v<std::decay_t<Loss>, LossFunction>) LossFunction(Loss loss) {
    if constexpr (is_loss<Loss>()) held_ = std::make_shared<Held<Loss>>(std::move(loss));
  }
  /// What is put in the place of a loss that flattens is trusted to flatten as well.
  template <class Loss>
  requires(!std::is_same_v<std::decay_t<Loss>, LossFunction>) LossFunction& operator=(Loss loss) {
    bool const flattens = held_ && held_->flattens;
    if constexpr (is_loss<Loss>()) {
      held_ = std::make_shared<Held<Loss>>(std::move(loss));
      held_->flattens = held_->flattens || flattens;
    }
    return *this;
  }

  explicit operator bool() const { return held_ != nullptr; }
  /// The loss itself when it is of this class, for what it keeps; else nullptr.
  template <class Loss>
  Loss const* get() const {
    auto const* const held = dynamic_cast<Held<Loss> const*>(held_.get());
    return held ? &held->loss : nullptr;
  }
  /// What it is called: "a function" where it has no name, "none" where there is no loss.
  std::string name() const { return held_ ? held_->name() : "none"; }
  Tensor operator()(Tensor const& prediction, Output const& output, Targets const&... targets) const {
    return held_->call(prediction, output, targets...);
  }
  Tensor operator()(Tensor const& prediction, Targets const&... targets) const
      requires(std::is_same_v<Output, Tensor>) {
    return held_->call(prediction, prediction, targets...);
  }
  /// One loss per item, undefined when the loss cannot give them (it has no member `reduce`).
  Tensor items(Tensor const& prediction, Output const& output, Targets const&... targets) const {
    return held_->items(prediction, output, targets...);
  }
  /// Scores to probabilities or whatever else the loss says; unchanged when it says nothing.
  Tensor activation(Tensor const& prediction) const { return held_->activation(prediction); }
  /// What was activated, to classes or whatever else the loss says; unchanged when it says nothing.
  Tensor decodes(Tensor const& activated) const { return held_->decodes(activated); }

 private:
  template <class Loss>
  static consteval bool is_loss() {
    constexpr bool ok = std::is_invocable_v<Loss&, Output const&, Targets const&...> ||
                        std::is_invocable_v<Loss&, Tensor const&, Targets const&...>;
    constexpr bool function = std::is_function_v<std::remove_pointer_t<Loss>>, targets = sizeof...(Targets) > 0;
    static_assert(
        ok || targets,
        "fastxx::Learner: a batch of these data has inputs alone, and a loss compares with targets; make them "
        "with a second pipeline, Datasets(items, splitter, input, target), or from items that are pairs");
    static_assert(ok || !targets || !function,
                  "fastxx::Learner: loss_func(f): a pointer to a function has lost its default arguments; write "
                  "loss_func([](at::Tensor const& pred, at::Tensor const& targ) { return at::mse_loss(pred, targ); })");
    static_assert(ok || !targets || function,
                  "fastxx::Learner: loss_func(f): 'f' must be callable as f(prediction, targets...) with one target "
                  "for each element of a batch behind its inputs");
    return ok;
  }

  struct Base {
    bool flattens = false;
    virtual ~Base() = default;
    virtual std::string name() const = 0;
    virtual Tensor call(Tensor const&, Output const&, Targets const&...) = 0;
    virtual Tensor items(Tensor const&, Output const&, Targets const&...) const = 0;
    virtual Tensor activation(Tensor const&) const = 0;
    virtual Tensor decodes(Tensor const&) const = 0;
  };

  template <class Loss>
  struct Held final : Base {
    static constexpr bool takes_output = std::is_invocable_v<Loss&, Output const&, Targets const&...>;
    static constexpr bool takes_prediction = std::is_invocable_v<Loss&, Tensor const&, Targets const&...>;

    explicit Held(Loss given) : loss(std::move(given)) {
      if constexpr (requires { Loss::flattens; }) this->flattens = Loss::flattens;
    }

    std::string name() const override {
      std::string const own = detail::own_name<Loss>();
      return own.find_first_of("<({)*& ") == std::string::npos ? own : "a function";
    }

    static Tensor call_on(Loss& loss, Tensor const& prediction, [[maybe_unused]] Output const& output,
                          Targets const&... targets) {
      if constexpr (takes_output && !std::is_same_v<Output, Tensor>)
        return loss(output, targets...);
      else if constexpr (takes_prediction)
        return loss(prediction, targets...);
      else
        return {};
    }
    Tensor call(Tensor const& prediction, Output const& output, Targets const&... targets) override {
      if constexpr (sizeof...(Targets) > 0) {
        auto const& target = std::get<0>(std::tie(targets...));
        if constexpr (std::is_same_v<std::decay_t<decltype(target)>, Tensor>)
          if (!this->flattens && detail::would_enlarge(prediction, target))
            detail::refuse_shapes("loss " + detail::own_name<Loss>(), prediction, target);
      }
      return call_on(loss, prediction, output, targets...);
    }
    Tensor items([[maybe_unused]] Tensor const& prediction, [[maybe_unused]] Output const& output,
                 [[maybe_unused]] Targets const&... targets) const override {
      if constexpr (requires(Loss & l) { l.reduce = false; }) {
        Loss each = loss;
        each.reduce = false;
        Tensor const losses = call_on(each, prediction, output, targets...);
        // A loss per pixel or token becomes one per item.
        return losses.view({prediction.size(0), -1}).mean(1);
      } else {
        return {};
      }
    }
    Tensor activation(Tensor const& prediction) const override {
      if constexpr (requires { loss.activation(prediction); })
        return loss.activation(prediction);
      else
        return prediction;
    }
    Tensor decodes(Tensor const& activated) const override {
      if constexpr (requires { loss.decodes(activated); })
        return loss.decodes(activated);
      else
        return activated;
    }

    Loss loss;
  };

  std::shared_ptr<Base> held_;
};

}  // namespace fastxx
