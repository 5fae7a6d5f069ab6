#pragma once

#include <fastxx/mid/train/interrupt.hpp>

#include <csignal>
#include <mutex>

namespace fastxx::detail {

FASTXX_INLINE InterruptGuard::InterruptGuard() {
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

FASTXX_INLINE InterruptGuard::~InterruptGuard() {
  std::lock_guard const lock(mutex());
  if (--guards() == 0) sigaction(SIGINT, &before(), nullptr);
}

FASTXX_INLINE std::mutex& InterruptGuard::mutex() {
  static std::mutex one;
  return one;
}

FASTXX_INLINE int& InterruptGuard::guards() {
  static int count = 0;
  return count;
}

FASTXX_INLINE struct sigaction& InterruptGuard::before() {
  static struct sigaction action {};
  return action;
}

}  // namespace fastxx::detail
