#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/callbacks/mix.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE BatchMix::BatchMix(std::string name, double alpha) : name_(std::move(name)), alpha_(alpha) {
  if (!(alpha > 0 && alpha <= 1000))
    throw state_error("mix.alpha", {.call = name_,
                                    .expected = "an alpha above 0, up to 1000",
                                    .got = std::to_string(alpha),
                                    .fix = "0.4 is usual; to train without mixing leave the callback out"});
}

FASTXX_INLINE Tensor BatchMix::draw(std::int64_t count) const {
  return at::_sample_dirichlet(at::full({count, 2}, alpha_)).select(-1, 0);
}

FASTXX_INLINE Tensor BatchMix::mixed(Tensor const& mine, Tensor const& other, Tensor const& share) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(mine.dim()), 1);
  shape[0] = share.size(0);
  return at::lerp(other, mine, share.to(mine.scalar_type()).view(shape));
}

FASTXX_INLINE void BatchMix::require_inputs(bool any) const {
  if (!any)
    throw state_error("mix.inputs", {.call = name_,
                                     .expected = "a floating tensor among the inputs (for CutMix one of pictures)",
                                     .got = "none",
                                     .fix = "make floats of them in a batch transform, or leave this callback out"});
}

FASTXX_INLINE bool BatchMix::mixes_losses() const {
  return std::any_of(others_.begin(), others_.end(), [](Tensor const& other) { return other.defined(); });
}

FASTXX_INLINE void BatchMix::mix_target(std::size_t place, Tensor& y) {
  if (!y.is_floating_point()) return;
  y = mixed(y, others_[place], share_);
  others_[place] = Tensor();
}

FASTXX_INLINE void BatchMix::put_other(std::size_t place, Tensor& y) const {
  if (others_[place].defined()) y = others_[place];
}

FASTXX_INLINE Tensor BatchMix::mixed_loss(Tensor const& mine, Tensor const& others) const {
  if (!mine.defined())
    throw state_error("mix.no_losses",
                      {.call = name_,
                       .expected = "a loss that can be had per item, since classes cannot be mixed",
                       .got = "one that only gives its mean",
                       .fix = "give your loss a member `bool reduce`, false for a loss of each item, as "
                              "CrossEntropyLossFlat{} has it"});
  return at::lerp(others, mine, share_.to(mine.scalar_type())).mean();
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void MixUp::draw_shares(std::int64_t items, at::Device device) {
  Tensor const share = draw(items);
  share_ = at::maximum(share, 1 - share).to(device);
}

FASTXX_INLINE bool MixUp::mix_input(Tensor& x) const {
  if (!x.is_floating_point() || x.dim() == 0) return false;
  x = mixed(x, x.index_select(0, order_), share_);
  return true;
}

FASTXX_INLINE bool CutMix::cut_input(Tensor& x, Tensor const& share) {
  if (!x.is_floating_point() || x.dim() < 3) return false;
  std::int64_t const height = x.size(-2), width = x.size(-1);
  if (box_.width == 0) {
    double const side = std::sqrt(1 - share.item<double>());
    auto const draw_middle = [](std::int64_t size) { return at::randint(0, size, {1}).item<std::int64_t>(); };
    std::int64_t const cut_w = static_cast<std::int64_t>(std::nearbyint(static_cast<double>(width) * side)) / 2;
    std::int64_t const cut_h = static_cast<std::int64_t>(std::nearbyint(static_cast<double>(height) * side)) / 2;
    std::int64_t const x_middle = draw_middle(width), y_middle = draw_middle(height);
    box_ = {std::max<std::int64_t>(x_middle - cut_w, 0),
            std::max<std::int64_t>(y_middle - cut_h, 0),
            std::min(x_middle + cut_w, width),
            std::min(y_middle + cut_h, height),
            width,
            height};
    auto const area = static_cast<double>((box_.x2 - box_.x1) * (box_.y2 - box_.y1));
    share_ = at::full({x.size(0)}, 1 - area / static_cast<double>(width * height), x.options());
  }
  if (width != box_.width || height != box_.height) return false;
  auto const piece = [this](Tensor const& of) { return of.slice(-2, box_.y1, box_.y2).slice(-1, box_.x1, box_.x2); };
  Tensor const others = piece(x).index_select(0, order_);
  x = x.clone();  // the loader's own memory may be behind it
  piece(x).copy_(others);
  return true;
}

}  // namespace fastxx
