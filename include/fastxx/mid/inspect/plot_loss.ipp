#pragma once

#include <fastxx/low/plot/lines.hpp>
#include <fastxx/mid/inspect/plot_loss.hpp>

#include <filesystem>
#include <string>

namespace fastxx {

FASTXX_INLINE std::string plot_recorder(Recorder const& recorder, std::filesystem::path const& path,
                                        std::size_t skip_start) {
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
  plot_lines({train, valid}, {.title = "Loss", .x_label = "Batch", .y_label = "Loss"}).save(path);
  return path.string();
}

}  // namespace fastxx
