#pragma once

#include <fastxx/low/plot/images.hpp>
#include <fastxx/low/plot/panels.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/callbacks/activation_stats.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// In one pass; sums side by side, which a compiler can do at once.
inline TensorStats float_stats(float const* x, std::int64_t count, bool with_hist) {
  constexpr std::int64_t lanes = 8;
  std::array<double, lanes> sum{}, squares{};
  std::array<std::int64_t, lanes> small{};
  TensorStats stats{};
  double const shift =
      count > 0 && std::isfinite(x[0]) ? x[0] : 0;  // numbers far from zero would lose their spread in the squares
  for (std::int64_t begin = 0; begin < count; begin += lanes) {
    std::int64_t const size = std::min(lanes, count - begin);
    for (std::int64_t lane = 0; lane < size; ++lane) {
      double const value = x[begin + lane] - shift;
      sum[lane] += value, squares[lane] += value * value;
      small[lane] += x[begin + lane] <= .05F;
    }
  }
  if (with_hist)
    for (std::int64_t i = 0; i < count; ++i)
      if (x[i] >= 0 && x[i] <= 10)
        ++stats.hist[std::min(activation_bins - 1, static_cast<std::size_t>(x[i] * 40.F / 10.F))];
  double total = 0, total_squares = 0, total_small = 0;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    total += sum[lane], total_squares += squares[lane], total_small += static_cast<double>(small[lane]);
  auto const n = static_cast<double>(count);
  stats.mean = shift + total / n;
  double const spread = total_squares - total * total / n;
  stats.std = std::sqrt((spread < 0 ? 0 : spread) / (n - 1));
  stats.near_zero = total_small / n;
  return stats;
}

FASTXX_INLINE TensorStats stats_by_operators(Tensor const& x, bool with_hist) {
  Tensor const numbers = x.to(at::kFloat);
  auto const n = static_cast<double>(numbers.numel());
  std::vector<Tensor> parts{numbers.mean().reshape(1), numbers.std().reshape(1),
                            numbers.le(.05).sum().to(at::kFloat).reshape(1)};
  if (with_hist) parts.push_back(at::histc(numbers, static_cast<std::int64_t>(activation_bins), 0, 10));
  Tensor const found = at::cat(parts).to(at::kCPU, at::kDouble);
  double const* const number = found.data_ptr<double>();
  TensorStats stats{number[0], number[1], number[2] / n, {}};
  if (with_hist) std::copy_n(number + 3, activation_bins, stats.hist.begin());
  return stats;
}

FASTXX_INLINE TensorStats tensor_stats(Tensor const& x, bool with_hist) {
  if (!x.is_cpu()) return stats_by_operators(x, with_hist);
  Tensor const numbers = x.to(at::kFloat).contiguous();
  return float_stats(numbers.data_ptr<float>(), numbers.numel(), with_hist);
}

FASTXX_INLINE void ActivationRecord::measure(LayerCall const& call) {
  auto& found = pending.at(call.layer);
  found.clear();
  for (auto const& output : call.outputs)
    if (output.defined()) found.push_back(tensor_stats(output, with_hist));
}

FASTXX_INLINE void ActivationRecord::add_row(std::int64_t step) {
  if (std::ranges::all_of(pending, [](auto const& found) { return found.empty(); })) return;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].size() < pending[i].size()) {  // more tensors than in the batches before
      Column const empty{
          .stats = {std::vector(steps.size(), none), std::vector(steps.size(), none), std::vector(steps.size(), none)},
          .hist = decltype(Column::hist)(with_hist ? steps.size() : 0)};
      layers[i].resize(pending[i].size(), empty);
    }
    for (std::size_t output = 0; output < layers[i].size(); ++output) {
      bool const measured = output < pending[i].size();
      TensorStats const found = measured ? pending[i][output] : TensorStats{none, none, none, {}};
      Column& column = layers[i][output];
      column.stats.mean.push_back(found.mean), column.stats.std.push_back(found.std);
      column.stats.near_zero.push_back(found.near_zero);
      if (!with_hist) continue;
      auto& counts = column.hist.emplace_back();
      std::ranges::transform(found.hist, counts.begin(), [](double count) { return static_cast<float>(count); });
    }
    pending[i].clear();
  }
  steps.push_back(step);
}

FASTXX_INLINE void ActivationRecord::thin(std::int64_t every) {
  auto const keep = [&, kept = steps](auto& list) {
    std::size_t count = 0;
    for (std::size_t row = 0; row < kept.size() && row < list.size(); ++row)
      if (kept[row] % every == 0) list[count++] = list[row];
    list.resize(count);
  };
  for (auto& layer : layers)
    for (auto& column : layer)
      keep(column.stats.mean), keep(column.stats.std), keep(column.stats.near_zero), keep(column.hist);
  keep(steps);
}

FASTXX_INLINE ActivationRecord::Column const& ActivationRecord::at(char const* call, std::size_t layer,
                                                                   std::size_t output) const {
  if (layer < layers.size() && output < layers[layer].size()) return layers[layer][output];
  bool const known = layer < layers.size();
  std::string const outputs = known ? join({layers[layer].size(), " of layer ", layer}) : "";
  throw state_error("activation_stats.layer",
                    {.call = call,
                     .expected = known            ? join({"an output that was measured, of ", outputs})
                                 : layers.empty() ? std::string("a fit before, with this callback")
                                                  : join({"the number of a measured layer, of ", layers.size()}),
                     .got = {known ? "output " : "layer ", known ? output : layer},
                     .fix = "count from 0; a fit with this callback comes first, and fills it"});
}

// Dark blue over green to yellow: equal steps look equally large, in print too.
inline std::array<double, 3> heat_colour(double share) {
  static constexpr std::array<std::array<double, 3>, 5> anchors{
      {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};
  double const place = std::clamp(share, 0.0, 1.0) * 4;
  auto const below = std::min<std::size_t>(3, static_cast<std::size_t>(place));
  std::array<double, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c)
    colour[c] = anchors[below][c] + (place - static_cast<double>(below)) * (anchors[below + 1][c] - anchors[below][c]);
  return colour;
}

// (3,bins,steps) bytes, the first bin at the bottom.
inline Tensor heat_image(std::vector<std::vector<double>> const& rows) {
  auto const height = static_cast<std::int64_t>(rows.size()), width = static_cast<std::int64_t>(rows[0].size());
  double largest = 0;
  for (auto const& row : rows)
    for (double const value : row) largest = std::max(largest, value);
  Tensor const image = at::empty({3, height, width}, at::kByte);
  auto* const bytes = image.data_ptr<std::uint8_t>();
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      double const value = rows[static_cast<std::size_t>(height - 1 - y)][static_cast<std::size_t>(x)];
      auto const colour = heat_colour(largest > 0 ? value / largest : 0);
      for (std::int64_t c = 0; c < 3; ++c)
        bytes[(c * height + y) * width + x] =
            static_cast<std::uint8_t>(std::lround(colour[static_cast<std::size_t>(c)]));
    }
  return image;
}

inline std::string layer_title(std::size_t layer, std::vector<std::string> const& names) {
  return join({"Layer ", layer, names[layer].empty() ? "" : ", '", names[layer], names[layer].empty() ? "" : "'"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE ActivationStats::ActivationStats(ActivationStatsOptions options)
    : record_(std::make_shared<detail::ActivationRecord>()),
      first_every_(options.every),
      every_(options.every),
      max_steps_(options.max_steps),
      hooks_([record = record_](LayerCall const& call) { record->measure(call); },
             {.modules = std::move(options.modules),
              .every = std::max<std::int64_t>(options.every, 0),
              .include_paramless = options.include_paramless,
              .cpu = false}) {
  record_->with_hist = options.with_hist;
  if (options.every < 1 || options.max_steps < 2)
    throw state_error("activation_stats.options",
                      {.call = "ActivationStats",
                       .expected = "every 1 batch or more, and max_steps of 2 or more",
                       .got = {"every ", options.every, ", max_steps ", options.max_steps}});
}

FASTXX_INLINE void ActivationStats::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  bool const with_hist = record_->with_hist;
  *record_ = {};
  record_->with_hist = with_hist;
  every_ = first_every_;
  hooks_.set_every(every_);
  hooks_.before_fit(learn);
  record_->names = hooks_.names();
  record_->layers.resize(record_->names.size());
  record_->pending.resize(record_->names.size());
}

FASTXX_INLINE void ActivationStats::before_batch(TrainState& learn) {
  if (!learn.evaluating)
    for (auto& found : record_->pending) found.clear();
  hooks_.before_batch(learn);
}

FASTXX_INLINE void ActivationStats::after_batch(TrainState& learn) {
  hooks_.after_batch(learn);
  if (!learn.training || detail::leaves_no_trace(learn)) return;
  record_->add_row(learn.train_iter);
  if (record_->steps.size() < max_steps_) return;
  while (record_->steps.size() >= max_steps_) record_->thin(every_ *= 2);
  hooks_.set_every(every_);
}

FASTXX_INLINE LayerStats const& ActivationStats::layer_stats(std::size_t layer, std::size_t output) const {
  return record_->at("ActivationStats::layer_stats", layer, output).stats;
}

FASTXX_INLINE std::vector<std::vector<double>> ActivationStats::hist(std::size_t layer, std::size_t output) const {
  auto const& column = record_->at("ActivationStats::hist", layer, output);
  if (!record_->with_hist)
    throw state_error("activation_stats.no_hist", {.call = "ActivationStats::hist",
                                                   .expected = "histograms that were counted",
                                                   .got = "none",
                                                   .fix = "make it with {.with_hist = true}"});
  std::vector<std::vector<double>> rows(detail::activation_bins, std::vector<double>(column.hist.size()));
  for (std::size_t bin = 0; bin < rows.size(); ++bin)
    for (std::size_t step = 0; step < column.hist.size(); ++step)
      rows[bin][step] = std::log1p(static_cast<double>(column.hist[step][bin]));
  return rows;
}

FASTXX_INLINE std::string ActivationStats::plot_layer_stats(std::size_t layer,
                                                            std::filesystem::path const& path) const {
  auto const& stats = layer_stats(layer);
  std::vector<double> const x(steps().begin(), steps().end());
  auto percent = stats.near_zero;
  for (double& share : percent) share *= 100;
  auto const panel = [&](std::vector<double> const& y, char const* title) {
    return Panel{.lines = {{.x = x, .y = y}},
                 .options = {.title = title, .x_label = "Batch", .width_px = 400, .height_px = 320}};
  };
  plot_panels({panel(stats.mean, "mean"), panel(stats.std, "std"), panel(percent, "% near zero")},
              {.title = detail::layer_title(layer, names())})
      .save(path);
  return path.string();
}

FASTXX_INLINE std::string ActivationStats::color_dim(std::size_t layer, std::filesystem::path const& path) const {
  Tensor const image = detail::heat_image(hist(layer));
  // As large as can be seen; what is longer than a thousand batches is made smaller in both directions.
  std::int64_t const steps = image.size(2), wider = std::max<std::int64_t>(1, 640 / steps),
                     taller = 8 * (steps / 1000 + 1);
  plot_images({{.image = image.repeat_interleave(wider, 2).repeat_interleave(taller, 1),
                .title = detail::layer_title(layer, names())}},
              {.image_px = 1000})
      .save(path);
  return path.string();
}

}  // namespace fastxx
