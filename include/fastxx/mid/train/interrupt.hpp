#pragma once

#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fastxx/low/core/error.hpp>
#include <mutex>
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
  InterruptGuard() {
    std::lock_guard const lock(mutex());
    if (guards()++ > 0) return;
    interrupt_count = 0;
    struct sigaction action {};
    action.sa_handler = [](int) {
      if (++interrupt_count > 1) {
        std::signal(SIGINT, SIG_DFL);
        std::raise(SIGINT);
      }
    };
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, &before());
  }
  ~InterruptGuard() {
    std::lock_guard const lock(mutex());
    if (--guards() == 0) sigaction(SIGINT, &before(), nullptr);
  }
  InterruptGuard(InterruptGuard const&) = delete;
  InterruptGuard& operator=(InterruptGuard const&) = delete;

  static bool asked() { return interrupt_count > 0; }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static int& guards() {
    static int count = 0;
    return count;
  }
  static struct sigaction& before() {
    static struct sigaction action {};
    return action;
  }
};
}  // namespace detail

/// Run the body of a program: an error becomes one line on the standard error output and exit code 1, Ctrl-C exit code
/// 130.
///
/// Source:  own design
/// Example: examples/fashion_mnist.cpp
template <class Body>
int run_program(Body const& body) {
  // Only the first line: libtorch's own errors go on with a stack of addresses.
  auto report = [](std::string const& text) {
    std::fprintf(stderr, "error: %s\n", text.substr(0, text.find('\n')).c_str());
  };
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
