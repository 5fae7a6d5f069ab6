#pragma once
// What tests of readers measure: how much memory and time a call took at most.

#include "../../process.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

/// While it lives, the process gets no more than `gb` GB of addresses beyond those it has.
class LimitedMemory {
 public:
  explicit LimitedMemory(std::size_t gb) {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    ::getrlimit(RLIMIT_AS, &old_);
    rlimit const low{pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (gb << 30), old_.rlim_max};
    if (!sanitized) ::setrlimit(RLIMIT_AS, &low);
  }
  LimitedMemory(LimitedMemory const&) = delete;
  LimitedMemory& operator=(LimitedMemory const&) = delete;
  ~LimitedMemory() { ::setrlimit(RLIMIT_AS, &old_); }

 private:
  rlimit old_{};
};

template <class Call>
double seconds_of(Call call) {
  auto const start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}
