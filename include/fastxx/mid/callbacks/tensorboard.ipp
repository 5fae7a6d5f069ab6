#pragma once

#include <fastxx/mid/callbacks/tensorboard.hpp>
#include <fastxx/mid/train/recorder.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE TensorBoard::TensorBoard(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (folder_.empty())
    throw state_error("tensorboard.folder",
                      {.call = "TensorBoard", .expected = "the name of a folder", .got = "an empty one"});
}

FASTXX_INLINE void TensorBoard::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  file_.reset();
  if (learn.ranks.rank != 0) return;
  auto const file = std::make_shared<EventFile>(folder_);
  learn.keep_until_fit_ends(file);
  file_ = file;
}

FASTXX_INLINE void TensorBoard::after_batch(TrainState& learn) {
  auto const file = file_.lock();
  auto const& smooth = learn.recorder().smooth_loss;
  if (!file || detail::leaves_no_trace(learn) || !learn.batch_counts() || !smooth.value()) return;
  std::vector<std::pair<std::string, double>> values{{"train_loss", *smooth.value()}};
  for (auto const& name : learn.opt->hyper_names()) {
    auto const of_groups = learn.opt->hyper(name);
    for (std::size_t group = 0; group < of_groups.size(); ++group)
      values.emplace_back(name + "_" + std::to_string(group), of_groups[group]);
  }
  file->scalars(values, learn.train_iter);
}

FASTXX_INLINE void TensorBoard::after_epoch(TrainState& learn) {
  auto const file = file_.lock();
  if (!file || detail::leaves_no_trace(learn) || learn.recorder().values.empty()) return;
  auto const names = learn.recorder().metric_names();  // epoch, train_loss, valid_loss, metrics..., time
  auto const& row = learn.recorder().values.back();    // train_loss, valid_loss, metrics...
  std::vector<std::pair<std::string, double>> values;
  for (std::size_t column = 1; column < row.size(); ++column)
    if (row[column]) values.emplace_back(names[column + 1], *row[column]);
  if (!values.empty()) file->scalars(values, learn.train_iter);
}

}  // namespace fastxx
