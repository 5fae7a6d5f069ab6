#pragma once

#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/mid/train/param_scheduler.hpp>
#include <fastxx/mid/train/saved_run.hpp>
#include <fastxx/mid/train/saved_state.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// The shortest text that gives the same number back.
inline std::string exact_text(double number) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

inline std::string exact_text(std::vector<double> const& numbers) {
  std::string text;
  for (double const number : numbers) text += (text.empty() ? "" : " ") + exact_text(number);
  return text;
}

FASTXX_INLINE FitIdentity identity_of(TrainState const& learn) {
  FitIdentity fit;
  fit["epochs"] = std::to_string(learn.n_epoch);
  fit["training data"] = learn.reader(true)->describe();
  fit["validation data"] = learn.reader(false)->describe();
  fit["fit of this learner, number"] = std::to_string(learn.fits);
  std::vector<std::string> const columns = learn.recorder().metric_names();
  for (std::size_t i = 3; i + 1 < columns.size(); ++i) fit["metrics"] += columns[i] + " ";
  for (auto const& name : learn.opt->hyper_names()) fit["hyper-parameter " + name] = exact_text(learn.opt->hyper(name));
  for (auto const& entry : learn.callback_table().entries())
    if (entry.key == callback_key<ParamScheduler>())
      for (auto const& [hyper, schedule, group] : static_cast<ParamScheduler*>(entry.object.get())->schedules()) {
        std::vector<double> values;
        for (double const pct : {0., .125, .25, .5, .75, .875}) values.push_back(schedule(pct));
        fit["schedule of " + hyper + (group ? " of group " + std::to_string(*group) : "")] += exact_text(values) + " ";
      }
  return fit;
}

// One sentence that names everything in which a saved fit differs from the one that begins.
inline void require_same_fit(FitIdentity mine, FitIdentity saved, std::filesystem::path const& path) {
  for (auto const& entry : mine) saved.try_emplace(entry.first, "none");
  for (auto const& entry : saved) mine.try_emplace(entry.first, "none");
  std::string expected, got;
  for (auto const& [name, text] : mine) {
    if (saved.at(name) == text) continue;
    expected += (expected.empty() ? "" : "; ") + brief(name) + ": " + text;
    got += (got.empty() ? "" : "; ") + brief(name) + ": " + brief(saved.at(name));
    if (got.size() > 2000) break;  // no fit has so many words
  }
  if (expected.empty()) return;
  throw state_error(
      "checkpoint.other",
      {.call = "Checkpoint",
       .expected = "a checkpoint of this fit (" + expected + ")",
       .got = "one of another (" + got + ")",
       .where = path.string(),
       .fix = "say the same as the run that wrote it, give each fit a file of its own, or begin anew with "
              "{.resume = false}"});
}

// Rows of numbers that may be missing, as two tensors.
inline void put_rows(SafeTensors& file, std::string const& name, std::vector<RecorderRow> const& rows) {
  std::vector<double> numbers;
  std::vector<std::uint8_t> known;
  std::vector<std::int64_t> lengths;
  for (auto const& row : rows) {
    lengths.push_back(static_cast<std::int64_t>(row.size()));
    for (auto const& value : row) numbers.push_back(value.value_or(0)), known.push_back(value.has_value());
  }
  file.tensors[name] = numbers_tensor(numbers);
  file.tensors[name + ".known"] = numbers_tensor(known);
  file.tensors[name + ".lengths"] = numbers_tensor(lengths);
}

inline std::vector<RecorderRow> read_rows(SavedTensors const& saved, std::string const& name,
                                          std::filesystem::path const& path) {
  auto const numbers = saved.numbers<double>(name);
  auto const known = saved.numbers<std::uint8_t>(name + ".known");
  std::vector<RecorderRow> rows;
  std::size_t next = 0;
  for (std::int64_t const length : saved.numbers<std::int64_t>(name + ".lengths")) {
    auto const end = next + static_cast<std::size_t>(length);
    if (length < 0 || end < next || end > numbers.size() || end > known.size())
      refuse_saved(path, "rows as long as " + name + ".lengths says", "others");
    for (rows.emplace_back(); next < end; ++next)
      rows.back().push_back(known[next] ? MetricValue(numbers[next]) : std::nullopt);
  }
  return rows;
}

// The generators that dropout draws from, by name in the file.
inline std::vector<std::pair<std::string, at::Generator>> generators(at::Device device) {
  std::vector<std::pair<std::string, at::Generator>> all;
  for (auto const& generator : default_generators(device))
    all.emplace_back(all.empty() ? "random.cpu" : "random.device", generator);
  return all;
}

// A callback or a metric that has state, and where in the file that is.
struct StatefulPart {
  std::string prefix, name;
  StateHandlers const* handlers;
  void* object;
};

inline std::vector<StatefulPart> parts_with_state(TrainState const& learn) {
  std::vector<StatefulPart> parts;
  auto add = [&parts](StateHandlers const* handlers, void* object, std::string name) {
    parts.push_back({"part." + std::to_string(parts.size()) + ".", std::move(name), handlers, object});
  };
  for (auto const& entry : learn.callback_table().entries())
    if (entry.state) add(entry.state, entry.object.get(), entry.name());
  for (auto const& metric : learn.recorder().metrics())
    if (metric->state()) add(metric->state(), metric->object(), metric->name());
  return parts;
}

inline void add_names(FitIdentity& fit, std::vector<StatefulPart> const& parts) {
  std::string& names = fit["callbacks and metrics with state"];
  for (auto const& part : parts) names += (names.empty() ? "" : ", ") + part.name;
}

FASTXX_INLINE SafeTensors saved_run(TrainState const& learn, FitIdentity fit, RunPosition const& position) {
  SafeTensors file;
  auto const parts = parts_with_state(learn);  // as they are now: callbacks come and go
  add_names(fit, parts);
  file.metadata["fastxx.training"] = "1";
  for (auto const& [name, text] : fit) file.metadata["fit." + name] = text;
  put_tensors(file, "model.", state_dict(learn.module()));
  put_optimizer(file, learn.opt->shared_state());
  for (auto const& entry : learn.module().named_parameters())  // where gradients add up over several batches
    if (entry.value().grad().defined()) file.tensors["grad." + entry.key()] = entry.value().grad();
  for (auto& [name, generator] : generators(learn.device())) {
    std::lock_guard const lock(generator.mutex());
    file.tensors[name] = generator.get_state();
  }
  StateWriter writer(file, "");
  writer("position", position);
  Recorder const& recorder = learn.recorder();
  writer("recorder.smooth_loss", recorder.smooth_loss);
  file.tensors["recorder.lrs"] = numbers_tensor(recorder.lrs);
  file.tensors["recorder.losses"] = numbers_tensor(recorder.losses);
  file.tensors["recorder.iters"] =
      numbers_tensor(std::vector<std::int64_t>(recorder.iters.begin(), recorder.iters.end()));
  put_rows(file, "recorder.values", recorder.values);
  put_rows(file, "recorder.final", {recorder.final_record});
  for (auto const& part : parts) {
    StateWriter own(file, part.prefix);
    part.handlers->save(part.object, own);
    if (learn.device().is_cpu()) continue;
    StateCopy copy;
    part.handlers->copy(part.object, copy);
    for (auto const& name : copy.not_on_cpu()) file.metadata["on_device." + part.prefix + name] = "true";
  }
  return file;
}

FASTXX_INLINE SavedRun::SavedRun(std::filesystem::path path, TrainState const& learn, FitIdentity fit)
    : path_(std::move(path)), file_(load_safetensors(path_)) {
  require_as_written(file_, path_);
  if (!file_.metadata.contains("fastxx.training")) refuse_saved(path_, "a checkpoint", "another file");
  add_names(fit, parts_with_state(learn));
  FitIdentity saved_fit;
  for (auto it = file_.metadata.lower_bound("fit."); it != file_.metadata.end() && it->first.starts_with("fit."); ++it)
    saved_fit.emplace(it->first.substr(4), it->second);
  require_same_fit(std::move(fit), std::move(saved_fit), path_);
  read(learn);
  check_model(learn);
}

FASTXX_INLINE bool says_damaged(error const& e) {
  std::string const& key = e.key();
  return key == "checkpoint.damaged" ||
         (key.starts_with("safetensors.") && key != "safetensors.open" && key != "safetensors.memory");
}

FASTXX_INLINE void SavedRun::give_to(TrainState& learn) const {
  KeptStates former;
  std::size_t const frozen = learn.opt->frozen_idx();
  try {
    for (auto const& part : parts_with_state(learn)) {
      former.keep(part.object, part.handlers);
      StateReader own(file_, part.prefix, path_.string());
      part.handlers->load(part.object, own);
    }
    if (frozen != static_cast<std::size_t>(position_.frozen)) learn.opt->freeze_to(static_cast<int>(position_.frozen));
    learn.opt->load_state_dict(optimizer_);
  } catch (...) {
    if (frozen != learn.opt->frozen_idx()) learn.opt->freeze_to(static_cast<int>(frozen));
    throw;
  }
  former.forget();
  load_state_dict(learn.module(), weights_);
  for (auto& entry : learn.module().named_parameters()) {
    auto const found = gradients_.find(entry.key());
    Tensor& gradient = entry.value().mutable_grad();
    gradient = found == gradients_.end() ? Tensor() : entry.value().detach().clone().copy_(found->second);
  }
  for (auto& [name, generator] : generators(learn.device())) {
    std::lock_guard const lock(generator.mutex());
    generator.set_state(file_.tensors.at(name));
  }
  Recorder& recorder = learn.recorder();
  recorder.lrs = lrs_, recorder.losses = losses_, recorder.iters = iters_;
  recorder.values = values_, recorder.final_record = final_, recorder.smooth_loss = smooth_loss_;
  learn.train_iter = position_.train_iter, learn.pct_train = position_.pct_train;
  learn.reader(false)->set_epoch(position_.valid_epoch);
  learn.reader(true)->set_epoch(position_.data_epoch);
}

FASTXX_INLINE void SavedRun::read(TrainState const& learn) {
  SavedTensors const saved(file_, path_);
  StateReader reader(file_, "", path_.string());
  reader("position", position_);
  auto const batches = learn.reader(true)->size();
  bool counted = position_.pct_train >= 0 && position_.pct_train < 1.001;  // a sum of many parts
  for (std::int64_t const count :
       {position_.train_iter, position_.data_epoch, position_.next_data_epoch, position_.valid_epoch})
    counted = counted && count >= 0 && count <= most_counted;
  bool const groups_fit = position_.frozen >= 0 && position_.frozen <= static_cast<std::int64_t>(learn.opt->n_groups());
  if (position_.epoch < 0 || position_.epoch > learn.n_epoch || position_.batch < 0 || position_.batch > batches ||
      !groups_fit || !counted)
    refuse_saved(path_, "a position inside this fit",
                 "epoch " + std::to_string(position_.epoch) + ", batch " + std::to_string(position_.batch));
  reader("recorder.smooth_loss", smooth_loss_);
  read_recorder(saved);
  optimizer_ = read_optimizer(saved, path_);
  weights_ = saved.part("model."), gradients_ = saved.part("grad.");
  for (auto& [name, tensor] : file_.tensors)
    if (file_.metadata.contains("on_device." + name)) tensor = tensor.to(learn.device());
  for (auto& [name, generator] : generators(learn.device())) {
    try {
      generator.clone().set_state(saved.tensor(name));
    } catch (c10::Error const& e) {
      refuse_saved(path_, "a state of the generator as " + name, e.what_without_backtrace());
    }
  }
}

FASTXX_INLINE void SavedRun::read_recorder(SavedTensors const& saved) {
  lrs_ = saved.numbers<double>("recorder.lrs"), losses_ = saved.numbers<double>("recorder.losses");
  if (lrs_.size() != losses_.size())
    refuse_saved(path_, "as many learning rates as losses", join({lrs_.size(), " and ", losses_.size()}));
  values_ = read_rows(saved, "recorder.values", path_);
  for (RecorderRow const& row : values_)
    if (row.size() < 2) refuse_saved(path_, "two losses in each row of recorder.values", std::to_string(row.size()));
  for (std::int64_t const iters : saved.numbers<std::int64_t>("recorder.iters")) {
    if (iters < 0 || static_cast<std::size_t>(iters) > losses_.size())
      refuse_saved(path_, join({"0 to ", losses_.size(), " in recorder.iters"}), std::to_string(iters));
    iters_.push_back(static_cast<std::size_t>(iters));
  }
  if (iters_.size() != values_.size())
    refuse_saved(path_, "a row for each of recorder.iters", join({iters_.size(), " and ", values_.size()}));
  auto final_rows = read_rows(saved, "recorder.final", path_);
  if (final_rows.size() != 1) refuse_saved(path_, "one row as recorder.final", std::to_string(final_rows.size()));
  final_ = std::move(final_rows[0]);
}

FASTXX_INLINE void SavedRun::check_model(TrainState const& learn) const {
  require_same_state(learn.module(), weights_, /*strict=*/true, path_.string());
  auto const own = state_dict(learn.module());
  for (auto const& [name, tensor] : own)
    if (weights_.at(name).scalar_type() != tensor.scalar_type())
      refuse_saved(path_, "model." + name + " of type " + at::toString(tensor.scalar_type()),
                   at::toString(weights_.at(name).scalar_type()));
  for (auto const& [name, tensor] : gradients_)
    if (!own.contains(name) || own.at(name).sizes() != tensor.sizes())
      refuse_saved(path_, "gradients of the model's parameters", "grad." + name);
}

}  // namespace fastxx::detail
