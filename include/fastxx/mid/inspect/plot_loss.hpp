#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/recorder.hpp>

#include <filesystem>
#include <string>

namespace fastxx {

/// Draw the smoothed training loss batch by batch and the validation loss at the end of each epoch; gives back where the
/// picture is.
///
/// Errors:  io_error when the picture cannot be drawn or written
/// Source:  fastai 2.7.18 learner.py Recorder.plot_loss
/// Example: examples/doc/learner.cpp
std::string plot_recorder(Recorder const& recorder, std::filesystem::path const& path, std::size_t skip_start = 5);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/plot_loss.ipp>
#endif
