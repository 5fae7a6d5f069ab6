#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/panels.hpp>
#include <fastxx/mid/inspect/plot_loss.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::vector<Series> loss_series(Recorder const& recorder, std::size_t skip_start) {
  Series train{.name = "train"}, valid{.name = "valid"};
  for (std::size_t i = skip_start; i < recorder.losses.size(); ++i) {
    train.x.push_back(static_cast<double>(i));
    train.y.push_back(recorder.losses[i]);
  }
  for (std::size_t e = 0; e < recorder.values.size(); ++e) {
    if (!recorder.values[e][1]) continue;
    valid.x.push_back(static_cast<double>(recorder.iters[e]));
    valid.y.push_back(*recorder.values[e][1]);
  }
  return {std::move(train), std::move(valid)};
}

// One column of the table, where it has a value.
inline Series column_series(Recorder const& recorder, std::size_t column, std::string name) {
  Series series{.name = std::move(name)};
  for (std::size_t e = 0; e < recorder.values.size(); ++e)
    if (column < recorder.values[e].size() && recorder.values[e][column]) {
      series.x.push_back(static_cast<double>(e));
      series.y.push_back(*recorder.values[e][column]);
    }
  return series;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::string plot_recorder(Recorder const& recorder, std::filesystem::path const& path,
                                        std::size_t skip_start) {
  plot_lines(detail::loss_series(recorder, skip_start), {.title = "Loss", .x_label = "Batch", .y_label = "Loss"})
      .save(path);
  return path.string();
}

FASTXX_INLINE std::string plot_schedules(Recorder const& recorder, std::filesystem::path const& path,
                                         std::vector<std::string> const& keys) {
  if (recorder.hps.empty())
    throw state_error("recorder.no_schedule", {.call = "Recorder::plot_sched",
                                               .expected = "a fit whose hyper-parameters were scheduled",
                                               .got = "none, or one with constant ones",
                                               .fix = "train with fit_one_cycle, or give fit a ParamScheduler"});
  std::vector<std::string> shown = keys;
  std::string known;
  for (auto const& [name, values] : recorder.hps) {
    if (keys.empty()) shown.push_back(name);
    known += (known.empty() ? "" : ", ") + name;
  }
  std::vector<Panel> panels;
  for (auto const& name : shown) {
    auto const found = recorder.hps.find(name);
    if (found == recorder.hps.end())
      throw state_error("recorder.unknown_hyper", {.call = "Recorder::plot_sched",
                                                   .expected = {"names of what was scheduled: ", known},
                                                   .got = {"'", name, "'"}});
    panels.push_back({.lines = {{.y = found->second}},
                      .options = {.x_label = "Batch", .y_label = name, .width_px = 480, .height_px = 320}});
  }
  plot_panels(panels, {.columns = 2}).save(path);
  return path.string();
}

FASTXX_INLINE std::string plot_epochs(Recorder const& recorder, std::filesystem::path const& path) {
  if (recorder.values.empty())
    throw state_error("recorder.no_epochs", {.call = "Recorder::plot_metrics",
                                             .expected = "an epoch that has ended",
                                             .got = "none in the last fit",
                                             .fix = "train for one epoch at least"});
  auto const panel = [](std::string title, std::vector<Series> lines) {
    return Panel{.lines = std::move(lines),
                 .options = {.title = std::move(title), .x_label = "Epoch", .width_px = 480, .height_px = 320}};
  };
  std::vector<Panel> panels{panel(
      "loss", {detail::column_series(recorder, 0, "train_loss"), detail::column_series(recorder, 1, "valid_loss")})};
  for (std::size_t m = 0; m < recorder.metrics().size(); ++m) {
    auto values = detail::column_series(recorder, 2 + m, "");
    if (!values.y.empty()) panels.push_back(panel(recorder.metrics()[m]->name(), {std::move(values)}));
  }
  plot_panels(panels, {.columns = 2}).save(path);
  return path.string();
}

}  // namespace fastxx
