#pragma once

#include <fastxx/mid/data/byte_progress.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <utility>

namespace fastxx::detail {

inline std::string byte_text(std::uint64_t bytes) {
  char text[32];
  double const value = static_cast<double>(bytes);
  if (bytes < 1000)
    std::snprintf(text, sizeof text, "%d bytes", static_cast<int>(bytes));
  else if (bytes < 1000000)
    std::snprintf(text, sizeof text, "%.1f kB", value / 1e3);
  else if (bytes < 1000000000)
    std::snprintf(text, sizeof text, "%.1f MB", value / 1e6);
  else
    std::snprintf(text, sizeof text, "%.2f GB", value / 1e9);
  return text;
}

inline ByteProgress::ByteProgress(std::string what, bool shown, std::FILE* out)
    : what_(std::move(what)), out_(out), shown_(shown), live_(shown && ::isatty(::fileno(out)) == 1) {}

inline ByteProgress::~ByteProgress() {
  if (live_ && begun_) std::fputs("\r\033[K", out_), std::fflush(out_);
}

inline void ByteProgress::update(std::uint64_t done, std::uint64_t total) {
  if (!shown_) return;
  auto const now = Clock::now();
  if (!begun_) {
    begun_ = true, first_ = done, started_ = now;
    if (!live_)
      std::fprintf(out_, "%s%s\n", what_.c_str(), total ? (" (" + byte_text(total) + ")").c_str() : ""),
          std::fflush(out_);
  }
  if (!live_ || now - drawn_ < std::chrono::milliseconds(200)) return;
  drawn_ = now;
  draw(done, total, std::chrono::duration<double>(now - started_).count());
}

inline void ByteProgress::draw(std::uint64_t done, std::uint64_t total, double seconds) const {
  double const rate = seconds > 0 ? static_cast<double>(done - std::min(first_, done)) / seconds : 0;
  std::string line = what_;
  if (total > 0) {
    double const part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    line += " |";
    for (int i = 0; i < 30; ++i) line += i < static_cast<int>(30 * part) ? "█" : "-";
    line += "| " + std::to_string(static_cast<int>(100 * part)) + "%";
  }
  line += " " + byte_text(done) + (total ? " of " + byte_text(total) : "") + ", " +
          byte_text(static_cast<std::uint64_t>(rate)) + "/s";
  std::fprintf(out_, "\r\033[K%s", line.c_str());
  std::fflush(out_);
}

}  // namespace fastxx::detail
