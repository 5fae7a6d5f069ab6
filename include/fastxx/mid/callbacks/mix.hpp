#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/callback_order.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// The tensors among the elements of a batch, with their places.
template <class Elements, class Action>
void each_tensor(Elements& elements, Action const& action) {
  std::size_t place = 0;
  auto one = [&](auto& element) {
    if constexpr (std::is_base_of_v<Tensor, std::decay_t<decltype(element)>>)
      action(place, static_cast<Tensor&>(element));
    ++place;
  };
  std::apply([&](auto&... element) { (one(element), ...); }, elements);
}

// What MixUp and CutMix share: which item each one is mixed with, how much of each, and what becomes of the targets.
// Numbers are mixed themselves. Classes cannot be: the losses of both are.
class BatchMix {
 public:
  static constexpr bool run_valid = false;

  // The batch's loss in place of the plain one, which nobody has seen yet.
  template <class Learner>
  void after_loss(Learner& learn) {
    if (!mixes_losses() || !learn.has_loss()) return;
    auto others = learn.yb;
    each_tensor(others, [this](std::size_t place, Tensor& y) { put_other(place, y); });
    auto const items = [&learn](auto const&... y) {
      return learn.loss_func.items(learn.pred, learn.output, as_model_input(y)...);
    };
    learn.loss_grad = mixed_loss(std::apply(items, learn.yb), std::apply(items, others));
    learn.loss = learn.loss_grad.detach().clone();
  }

 protected:
  BatchMix(std::string name, double alpha);

  // So many draws from the Beta distribution, from torch's global generator as PyTorch draws them.
  Tensor draw(std::int64_t count) const;

  // Who is mixed with whom.
  template <class Learner>
  void choose_others(Learner& learn) {
    order_ = at::randperm(learn.batch_size()).to(learn.device());
    others_.assign(std::tuple_size_v<std::decay_t<decltype(learn.yb)>>, Tensor());
    each_tensor(learn.yb, [this](std::size_t place, Tensor& y) { others_[place] = y.index_select(0, order_); });
  }

  template <class Learner>
  void mix_targets(Learner& learn) {
    each_tensor(learn.yb, [this](std::size_t place, Tensor& y) { mix_target(place, y); });
  }

  static Tensor mixed(Tensor const& mine, Tensor const& other, Tensor const& share);

  void require_inputs(bool any) const;

  Tensor order_;  // (N): the item that each one is mixed with
  Tensor share_;  // (N): how much of each item's own is left

 private:
  bool mixes_losses() const;
  void mix_target(std::size_t place, Tensor& y);
  void put_other(std::size_t place, Tensor& y) const;
  Tensor mixed_loss(Tensor const& mine, Tensor const& others) const;

  std::string name_;
  double alpha_;
  std::vector<Tensor> others_;  // for each target those of the other items, undefined where it is mixed already
};

}  // namespace detail

/// Trains on mixtures: each item is blended with another one of its batch, by a share of its own that is drawn from
/// Beta(alpha, alpha) and at least a half. Targets that are numbers are blended as well; where they are classes, the loss
/// is the blend of the losses of both. Validation sees nothing of it.
///
/// Errors:  state_error [mix.alpha]; [mix.no_losses] for classes and a loss that only gives its mean; [mix.inputs] for a
///          batch whose inputs are no floating tensors
/// Source:  fastai 2.7.18 callback/mixup.py MixUp (TR-74); Zhang et al. 2017; differs: the loss function stays in its
///          place, so that nothing is to be put back when a phase is cancelled
/// Example: examples/doc/callback.cpp
class MixUp : public detail::BatchMix {
 public:
  explicit MixUp(double alpha = .4) : BatchMix("MixUp", alpha) {}

  void before_batch(auto& learn) {
    draw_shares(learn.batch_size(), learn.device());
    choose_others(learn);
    bool any = false;
    detail::each_tensor(learn.xb, [&](std::size_t, Tensor& x) { any = mix_input(x) || any; });
    require_inputs(any);
    mix_targets(learn);
  }

 private:
  void draw_shares(std::int64_t items, at::Device device);
  bool mix_input(Tensor& x) const;
};

/// Trains on pictures with a piece of another one: a box, of one size and place for the batch, whose area is drawn by
/// Beta(alpha, alpha). Targets as MixUp has them, by the area that is left.
///
/// Shapes:  inputs (N,...,H,W)
/// Errors:  those of MixUp
/// Source:  fastai 2.7.18 callback/mixup.py CutMix (TR-74); Yun et al. 2019
/// Example: examples/doc/callback.cpp
class CutMix : public detail::BatchMix {
 public:
  explicit CutMix(double alpha = 1) : BatchMix("CutMix", alpha) {}

  void before_batch(auto& learn) {
    Tensor const share = draw(1);
    choose_others(learn);
    bool any = false;
    box_ = {};
    detail::each_tensor(learn.xb, [&](std::size_t, Tensor& x) { any = cut_input(x, share) || any; });
    require_inputs(any);
    mix_targets(learn);
  }

 private:
  struct Box {
    std::int64_t x1 = 0, y1 = 0, x2 = 0, y2 = 0, width = 0, height = 0;
  };

  bool cut_input(Tensor& x, Tensor const& share);

  Box box_;  // drawn for the first picture of a batch; others of its size have the same
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/mix.ipp>
#endif
