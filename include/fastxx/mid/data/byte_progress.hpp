#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace fastxx::detail {

// Says how far a download or an extraction is: on a terminal a bar with the rate, elsewhere one line when it begins.
class ByteProgress {
 public:
  ByteProgress(std::string what, bool shown, std::FILE* out = stderr);
  ByteProgress(ByteProgress const&) = delete;
  ByteProgress& operator=(ByteProgress const&) = delete;
  ~ByteProgress();

  // `total` is 0 where it is not known.
  void update(std::uint64_t done, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(std::uint64_t done, std::uint64_t total, double seconds) const;

  std::string what_;
  std::FILE* out_;
  bool shown_, live_, begun_ = false;
  std::uint64_t first_ = 0;  // a download that goes on does not begin at 0, and its rate is of what came now
  Clock::time_point started_{}, drawn_{};
};

// "12.3 MB"
std::string byte_text(std::uint64_t bytes);

}  // namespace fastxx::detail

// Not FASTXX_BODIES: see external_urls.hpp.
#include <fastxx/mid/data/byte_progress.ipp>
