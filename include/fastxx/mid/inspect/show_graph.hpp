#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fastxx {

/// Settings of ShowGraph.
struct ShowGraphOptions {
  std::FILE* terminal = stdout;  ///< where the live curves are drawn, when it is a terminal
  std::FILE* messages = stderr;  ///< where it says that there will be no picture
};

namespace detail {

// Lines of text below the cursor's line, which whoever writes to the terminal may write over.
class LiveText {
 public:
  explicit LiveText(std::FILE* out) : out_(out) {}
  ~LiveText() { erase(); }
  LiveText(LiveText const&) = delete;
  LiveText& operator=(LiveText const&) = delete;

  void draw(std::vector<std::string> const& lines);
  void erase();
  // In the place of the cursor's line, to stay.
  void leave(std::vector<std::string> const& lines);

 private:
  std::FILE* out_;
  bool shown_ = false;
};

}  // namespace detail

/// Shows how the losses go while a model trains, that of training batch by batch and that of validation epoch by epoch: a
/// PNG that is renewed after each epoch, always whole, and on a terminal live curves below the table.
/// `callbacks(ShowGraph("loss.png"))`
///
/// It never stops a training: where there can be no picture, it says so once, and the fit goes on without.
/// Runs:    gnuplot once an epoch; among several ranks rank 0 alone
/// Source:  fastai 2.7.18 callback/progress.py ShowGraphCallback; differs: a file in place of a notebook's output
/// Example: examples/doc/show_graph.cpp
class ShowGraph {
 public:
  static constexpr int order = CallbackOrder::show_graph;
  static constexpr bool run_valid = false;

  explicit ShowGraph(std::filesystem::path path = "loss.png", ShowGraphOptions const& options = {});

  void before_fit(TrainState& learn);
  void after_batch(TrainState& learn);
  void after_epoch(TrainState& learn);
  void after_fit(TrainState& learn);

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> curves(TrainState const& learn) const;
  void draw_live(TrainState const& learn);
  void write_picture(TrainState const& learn);

  std::filesystem::path path_;
  ShowGraphOptions options_;
  std::weak_ptr<detail::LiveText> live_ = {};  // the fit owns it
  Clock::time_point drawn_ = {};
  bool failed_ = false;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/show_graph.ipp>
#endif
