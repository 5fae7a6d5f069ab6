#pragma once

#include <fastxx/low/plot/gnuplot.hpp>
#include <fastxx/low/plot/program.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace fastxx::detail {

// The line of gnuplot's complaint that says what is wrong: 'line 3: ...', not the quoted command before it.
inline std::string first_complaint(std::string const& text) {
  std::string first;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t const end = std::min(text.find('\n', begin), text.size());
    std::string const line = text.substr(begin, std::min<std::size_t>(end - begin, 300));
    begin = end + 1;
    if (line.find("line ") != std::string::npos && line.find(": ") != std::string::npos) return line;
    if (first.empty() && line.find_first_not_of(" \t\r") != std::string::npos) first = line;
  }
  return first.empty() ? "nothing on its error output" : first;
}

inline bool is_whole_png(std::string const& bytes) {
  using namespace std::string_view_literals;
  return bytes.starts_with("\x89PNG\r\n\x1a\n"sv) && bytes.ends_with("\0\0\0\0IEND\xae\x42\x60\x82"sv);
}

FASTXX_INLINE std::string run_gnuplot(std::string_view script) {
  // -d: no start-up file of the user or the system may change the picture. From "-" gnuplot reads byte by byte.
  ProgramResult result = run_external({"gnuplot", "-d", "/dev/stdin"}, script);
  if (result.start_error != 0)
    throw io_error("plot.gnuplot", {.call = "Figure",
                                    .expected = "the program gnuplot, which draws the pictures",
                                    .got = std::generic_category().message(result.start_error),
                                    .fix = "install it: apt-get install gnuplot-nox"});
  if (result.too_slow)
    throw io_error("plot.gnuplot", {.call = "Figure",
                                    .expected = "a PNG from gnuplot within a minute",
                                    .got = "none",
                                    .fix = "draw less in one picture, or see what keeps gnuplot busy"});
  if (result.status > 0 || !is_whole_png(result.out))
    throw io_error("plot.gnuplot", {.call = "Figure",
                                    .expected = "a PNG from gnuplot",
                                    .got = {"exit status ", result.status, " and: ", first_complaint(result.err)},
                                    .fix = "check that gnuplot works: apt-get install --reinstall gnuplot-nox"});
  return std::move(result.out);
}

}  // namespace fastxx::detail
