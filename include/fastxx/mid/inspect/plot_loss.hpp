#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/plot/lines.hpp>
#include <fastxx/mid/train/recorder.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace fastxx {

/// Draw the smoothed training loss batch by batch and the validation loss at the end of each epoch; gives back where the
/// picture is.
///
/// Errors:  io_error when the picture cannot be drawn or written
/// Source:  fastai 2.7.18 learner.py Recorder.plot_loss
/// Example: examples/doc/learner.cpp
std::string plot_recorder(Recorder const& recorder, std::filesystem::path const& path, std::size_t skip_start = 5);

/// Draw one curve for each hyper-parameter that the last fit has scheduled, each in its own axes, or for those that are
/// named. Recorder::plot_sched finds it here.
///
/// Errors:  state_error [recorder.no_schedule] after a fit with constant ones, [recorder.unknown_hyper]; io_error when the
///          picture cannot be drawn or written
/// Source:  fastai 2.7.18 callback/schedule.py Recorder.plot_sched
/// Example: examples/doc/show_graph.cpp
std::string plot_schedules(Recorder const& recorder, std::filesystem::path const& path,
                           std::vector<std::string> const& keys = {});

/// Draw the losses in one pair of axes and each metric in its own, epoch by epoch. Recorder::plot_metrics finds it here.
///
/// Errors:  state_error [recorder.no_epochs] before any epoch has ended; io_error when the picture cannot be drawn or
///          written
/// Source:  own design
/// Example: examples/doc/show_graph.cpp
std::string plot_epochs(Recorder const& recorder, std::filesystem::path const& path);

namespace detail {
// The curves "train", batch by batch, and "valid", at the end of each epoch.
std::vector<Series> loss_series(Recorder const& recorder, std::size_t skip_start);
}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/plot_loss.ipp>
#endif
