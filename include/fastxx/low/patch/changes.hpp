#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace fastxx {

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
  /// Put everything back, last change first, and forget it.
  void undo();
  /// Put everything back for a while: resume() makes the same changes again.
  void suspend();
  void resume();

 private:
  std::vector<std::function<void()>> swaps_{};
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/changes.ipp>
#endif
