#pragma once

#include <fastxx/mid/train/interrupt.hpp>

#include <csignal>
#include <mutex>

namespace fastxx::detail {

inline std::mutex interrupt_mutex;
inline int interrupt_guards = 0;
inline struct sigaction before_interrupt {};

FASTXX_INLINE InterruptGuard::InterruptGuard() {
  std::lock_guard const lock(interrupt_mutex);
  if (interrupt_guards++ > 0) return;
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
  sigaction(SIGINT, nullptr, &before_interrupt);
  // A job in the background (nohup, a script's `&`) has been told not to listen.
  if (before_interrupt.sa_handler != SIG_IGN) sigaction(SIGINT, &action, nullptr);
}

FASTXX_INLINE InterruptGuard::~InterruptGuard() {
  std::lock_guard const lock(interrupt_mutex);
  if (--interrupt_guards == 0) sigaction(SIGINT, &before_interrupt, nullptr);
}

}  // namespace fastxx::detail
