#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <atomic>
#include <cstdio>
#include <exception>
#include <string>

namespace fastxx {

/// Thrown by fit after Ctrl-C, when training has stopped cleanly: the table so far is printed and the model is usable.
///
/// Source:  own design; Python raises KeyboardInterrupt
/// Example: examples/doc/errors.cpp
struct interrupted : state_error {
  using state_error::state_error;
};

namespace detail {
inline std::atomic<int> interrupt_count{0};

// While it lives, the first Ctrl-C is remembered for the training loop; a second one ends the process as usual.
// Learners in several threads share one handler.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(InterruptGuard const&) = delete;
  InterruptGuard& operator=(InterruptGuard const&) = delete;

  static bool asked() { return interrupt_count > 0; }
};
}  // namespace detail

/// Run the body of a program: an error becomes one line on the standard error output and exit code 1, Ctrl-C exit code
/// 130.
///
/// Source:  own design
/// Example: examples/fashion_mnist.cpp
template <class Body>
int run_program(Body const& body) {
  auto report = [](char const* text) { std::fprintf(stderr, "error: %s\n", detail::first_line(text).c_str()); };
  try {
    body();
    return 0;
  } catch (interrupted const& e) {
    report(e.what());
    return 130;
  } catch (std::exception const& e) {
    report(e.what());
    return 1;
  }
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/interrupt.ipp>
#endif
