#pragma once
// What tests ask about the process they run in.

#include <cstdint>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

/// Whether a sanitizer is compiled in: it keeps what is freed, allocates in its own way and reserves terabytes of
/// addresses, so that memory can neither be measured nor be limited.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

inline std::int64_t resident_kb() {
  std::int64_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE) / 1024;
}

/// The most memory this process has ever had, in MB.
inline long peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}
