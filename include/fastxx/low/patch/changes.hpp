#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// A tensor in the place of the one it is made from.
class DerivedTensor {
 public:
  using Make = std::function<Tensor(Tensor const& original)>;

  DerivedTensor(Tensor& place, Make make);

  void swap() { std::swap(place_, other_); }
  // While it stands in its place: make it anew when the original has got other numbers or another kind.
  void refresh();

 private:
  bool stale() const;
  void note_original();

  Tensor& place_;
  Tensor other_;  // the original
  Make make_;
  Tensor seen_{};  // the numbers of the original when this was made; keeps them when the original gets others
  std::int64_t version_ = 0;
};

}  // namespace detail

/// Changes to live objects that can be taken back: `changes.set(conv->weight, narrowed)`.
///
/// What is set must live as long as the changes or until undo(). Destroying it takes nothing back.
/// Source:  own design
/// Example: examples/doc/patch_manager.cpp
class Changes {
 public:
  Changes() = default;
  Changes(Changes const&) = delete;
  Changes& operator=(Changes const&) = delete;

  /// Assign, and remember what was there.
  template <class T>
  void set(T& place, T value) {
    swaps_.push_back([&place, other = std::move(value)]() mutable { std::swap(place, other); });
    swaps_.back()();
  }
  /// Put a tensor made from the one that is there in its place: `changes.derive(conv->weight, first_rows)`.
  ///
  /// It is made with gradients, whatever the mode of the caller. What shares memory with the original, like a view,
  /// follows it by itself; refresh() does the rest.
  void derive(Tensor& place, std::function<Tensor(Tensor const& original)> make);
  /// Make the derived tensors anew whose originals were exchanged, frozen or unfrozen, or, for copies, written to. A copy
  /// whose original was only converted is converted too and keeps its numbers.
  void refresh();
  /// Put everything back, last change first, and forget it.
  void undo();
  /// Put everything back for a while: resume() makes the same changes again. The calls nest.
  void suspend();
  void resume();

 private:
  std::vector<std::function<void()>> swaps_{};
  std::vector<std::shared_ptr<detail::DerivedTensor>> derived_{};
  int suspended_ = 0;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/changes.ipp>
#endif
