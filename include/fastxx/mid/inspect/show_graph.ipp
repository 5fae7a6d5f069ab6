#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/terminal_lines.hpp>
#include <fastxx/mid/inspect/plot_loss.hpp>
#include <fastxx/mid/inspect/show_graph.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void LiveText::draw(std::vector<std::string> const& lines) {
  std::string text = "\033[J";  // what is left of the last time
  for (auto const& line : lines) text += "\r\n" + line;
  // Back up by a number of lines: a place that was remembered would be wrong when the terminal scrolls.
  text += join({"\033[", lines.size(), "A\r"});
  std::fputs(text.c_str(), out_);
  std::fflush(out_);
  shown_ = true;
}

FASTXX_INLINE void LiveText::erase() {
  if (!std::exchange(shown_, false)) return;
  std::fputs("\r\033[J", out_);
  std::fflush(out_);
}

FASTXX_INLINE void LiveText::leave(std::vector<std::string> const& lines) {
  erase();
  for (auto const& line : lines) std::fprintf(out_, "%s\n", line.c_str());
  std::fflush(out_);
}

// Columns and lines of a terminal; those of a usual one where it does not say.
inline std::pair<int, int> terminal_size(std::FILE* out) {
  winsize size{};
  if (::ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {80, 24};
  return {size.ws_col, size.ws_row};
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE ShowGraph::ShowGraph(std::filesystem::path path, ShowGraphOptions const& options)
    : path_(std::move(path)), options_(options) {
  if (!options.terminal || !options.messages || path_.empty())
    throw state_error("show_graph.options",
                      {.call = "ShowGraph",
                       .expected = "the name of a file, and open files for the terminal and for messages",
                       .got = path_.empty() ? "an empty name" : "a null pointer"});
}

FASTXX_INLINE void ShowGraph::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  live_.reset();
  failed_ = learn.ranks.rank != 0;  // the others have nothing to say either
  drawn_ = Clock::now();
  if (failed_ || isatty(fileno(options_.terminal)) != 1) return;
  auto const live = std::make_shared<detail::LiveText>(options_.terminal);
  learn.keep_until_fit_ends(live);
  live_ = live;
}

FASTXX_INLINE std::vector<std::string> ShowGraph::curves(TrainState const& learn) const {
  auto const [columns, rows] = detail::terminal_size(options_.terminal);
  // One line more than fits, and the way back up would be cut short.
  if (learn.recorder().losses.empty() || columns < 40 || rows < 12) return {};
  return terminal_lines(detail::loss_series(learn.recorder(), 0),
                        {.columns = std::min(columns - 1, 100), .rows = std::clamp(rows - 12, 4, 12)});
}

FASTXX_INLINE void ShowGraph::draw_live(TrainState const& learn) {
  auto const live = live_.lock();
  if (!live) return;
  drawn_ = Clock::now();
  if (auto const lines = curves(learn); !lines.empty()) live->draw(lines);
}

FASTXX_INLINE void ShowGraph::after_batch(TrainState& learn) {
  if (!detail::leaves_no_trace(learn) && Clock::now() - drawn_ > std::chrono::milliseconds(500)) draw_live(learn);
}

FASTXX_INLINE void ShowGraph::after_epoch(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  write_picture(learn);
  draw_live(learn);
}

FASTXX_INLINE void ShowGraph::after_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  if (auto const live = live_.lock()) live->leave(curves(learn));
}

FASTXX_INLINE void ShowGraph::write_picture(TrainState const& learn) {
  if (failed_ || learn.recorder().losses.empty()) return;
  try {
    if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path());
    plot_recorder(learn.recorder(), path_, 0);
  } catch (std::exception const& e) {
    failed_ = true;
    if (auto const live = live_.lock()) live->erase();
    std::fprintf(options_.messages, "ShowGraph: this fit goes on without a picture: %s\n",
                 detail::first_line(e.what()).c_str());
    std::fflush(options_.messages);
  }
}

}  // namespace fastxx
