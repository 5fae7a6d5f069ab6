#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/train/predictions.hpp>

#include <vector>

namespace fastxx {

FASTXX_INLINE std::int64_t Predictions::item_of(std::int64_t row) const {
  for (auto const left_out : skipped.indices)  // in the order of the dataset
    row += left_out <= row;
  return row;
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE void refuse_empty_loader() {
  throw data_error("predictions.none", {.call = "get_preds",
                                        .expected = "a loader with items",
                                        .got = "the validation loader of a training without validation",
                                        .fix = "give another one: dls.train(), or dls.test_dl(items)"});
}

FASTXX_INLINE bool GatherPredictions::wants(TrainState const& state) {
  if (level_ == 0) level_ = state.evaluating;
  return state.evaluating == level_ && state.batch_counts();
}

FASTXX_INLINE void GatherPredictions::add(TrainState const& state, Tensor const& activated, Tensor const& decoded,
                                          Tensor const& losses) {
  preds_.push_back(options_.with_preds ? activated.cpu() : activated.narrow(0, 0, 0).cpu().clone());
  if (decoded.defined()) decoded_.push_back(decoded.cpu());
  if (losses.defined()) losses_.push_back(losses.cpu());
  if (state.has_targets()) add_columns(targets_, state.targets());
  if (options_.with_input) add_columns(inputs_, state.inputs());
}

FASTXX_INLINE void GatherPredictions::finish(TrainState const& state) {
  auto const* skipped = state.reader(false)->skipped();
  if (skipped && (level_ == 0 || state.evaluating == level_)) skipped_ = *skipped;
}

FASTXX_INLINE Predictions GatherPredictions::joined() const {
  Predictions all{.preds = join(preds_, "predictions"),
                  .losses = join(losses_, "losses"),
                  .decoded = join(decoded_, "decoded predictions")};
  for (auto const& column : targets_) all.all_targs.push_back(join(column, "targets"));
  for (auto const& column : inputs_) all.inputs.push_back(join(column, "inputs"));
  if (!all.all_targs.empty()) all.targs = all.all_targs[0];
  all.skipped = skipped_;
  return all;
}

FASTXX_INLINE void GatherPredictions::add_columns(std::vector<Column>& columns, std::vector<Tensor> const& tensors) {
  columns.resize(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) columns[i].push_back(tensors[i].cpu());
}

FASTXX_INLINE Tensor GatherPredictions::join(Column const& parts, char const* what) {
  for (std::size_t batch = 1; batch < parts.size(); ++batch)
    if (parts[batch].sizes().slice(1) != parts[0].sizes().slice(1))
      throw tensor_error("get_preds.shapes",
                         {.call = "get_preds",
                          .expected = {what, " of one size in all batches, as ", shape_text(parts[0].sizes())},
                          .got = {shape_text(parts[batch].sizes()), " in batch ", batch},
                          .fix = "pad to one length for all batches; test_dl(items) leaves targets out"});
  return parts.empty() ? Tensor() : at::cat(parts);
}

}  // namespace fastxx::detail
