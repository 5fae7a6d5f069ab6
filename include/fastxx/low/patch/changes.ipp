#pragma once

#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <memory>
#include <utility>

namespace fastxx::detail {

// Gradients and no inference, so that what is made leads to the parameters whoever asks for it.
inline Tensor make_with_graph(DerivedTensor::Make const& make, Tensor const& original) {
  c10::InferenceMode const no_inference(false);
  at::AutoGradMode const graph(true);
  return make(original);
}

FASTXX_INLINE DerivedTensor::DerivedTensor(Tensor& place, Make make)
    : place_(place), other_(make_with_graph(make, place)), make_(std::move(make)) {
  swap();
  note_original();
}

FASTXX_INLINE void DerivedTensor::note_original() {
  seen_ = other_.detach();
  version_ = static_cast<std::int64_t>(other_._version());
}

FASTXX_INLINE bool DerivedTensor::stale() const {
  if (place_.is_same(other_)) return false;
  // A view of a frozen tensor says that it requires gradients once its base does, but gives none to it.
  if (place_.is_alias_of(other_)) return place_.is_leaf() == other_.requires_grad();
  return !seen_.is_alias_of(other_) || version_ != static_cast<std::int64_t>(other_._version());
}

FASTXX_INLINE void DerivedTensor::refresh() {
  if (!stale()) return;
  // A view that is none any more has nothing of its own to keep; a copy may have been trained or calibrated.
  bool const copy = !place_.is_alias_of(seen_);
  bool const converted = copy && !seen_.is_alias_of(other_) && at::equal(seen_.to(other_.options()), other_);
  place_ = converted ? place_.to(other_.options()) : make_with_graph(make_, other_);
  note_original();
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void Changes::derive(Tensor& place, std::function<Tensor(Tensor const& original)> make) {
  if (!place.defined()) return;
  auto const derived = std::make_shared<detail::DerivedTensor>(place, std::move(make));
  swaps_.push_back([derived] { derived->swap(); });
  derived_.push_back(derived);
}

FASTXX_INLINE void Changes::refresh() {
  if (suspended_ > 0) return;
  for (auto const& derived : derived_) derived->refresh();
}

FASTXX_INLINE void Changes::undo() {
  suspend();
  swaps_.clear();
  derived_.clear();
  --suspended_;
}

FASTXX_INLINE void Changes::suspend() {
  if (suspended_++ > 0) return;
  for (auto swap = swaps_.rbegin(); swap != swaps_.rend(); ++swap) (*swap)();
}

FASTXX_INLINE void Changes::resume() {
  if (--suspended_ > 0) return;
  for (auto const& swap : swaps_) swap();
}

}  // namespace fastxx
