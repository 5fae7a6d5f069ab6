#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/confusion_matrix.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/inspect/show.hpp>
#include <fastxx/mid/train/predictions.hpp>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace fastxx {

/// Two classes a model takes for each other, and how often.
struct Confused {
  std::string actual;
  std::string predicted;
  std::int64_t count = 0;
};

/// Where a classifier goes wrong: confusion matrix, most confused classes, items with the largest loss.
///
/// Source:  fastai 2.7.18 interpret.py ClassificationInterpretation (H-52...H-54)
/// Example: examples/doc/learner.cpp
template <class Loader>
class ClassificationInterpretation {
 public:
  /// Run the learner's model over its validation loader.
  template <class Learner>
  explicit ClassificationInterpretation(Learner& learn) : ClassificationInterpretation(learn, learn.dls.valid()) {}
  /// Run the learner's model over a loader, for example a test set.
  template <class Learner>
  ClassificationInterpretation(Learner& learn, Loader loader)
      : loader_(std::move(loader)), vocab_(learn.dls.vocab().names()), predictions_(learn.get_preds(loader_)) {
    decoded_ = predictions_.preds.argmax(-1);
  }

  Predictions const& predictions() const { return predictions_; }
  std::vector<std::string> const& vocab() const { return vocab_; }
  Tensor const& decoded() const { return decoded_; }
  Loader const& loader() const { return loader_; }

  /// Share of items whose predicted class is the actual one.
  double accuracy() const { return decoded_.eq(predictions_.targs).to(at::kDouble).mean().template item<double>(); }

  /// Counts (c,c) int64: row = actual class, column = predicted class.
  Tensor confusion_matrix() const {
    auto const c = static_cast<std::int64_t>(vocab_.size());
    Tensor const cells = predictions_.targs.mul(c).add(decoded_);
    return at::bincount(cells, {}, c * c).view({c, c});
  }

  /// Pairs of classes that are confused at least `min_val` times, most often first.
  std::vector<Confused> most_confused(std::int64_t min_val = 1) const {
    Tensor const matrix = confusion_matrix();
    auto const counts = matrix.template accessor<std::int64_t, 2>();
    std::vector<Confused> pairs;
    for (std::size_t a = 0; a < vocab_.size(); ++a)
      for (std::size_t p = 0; p < vocab_.size(); ++p) {
        auto const count = counts[static_cast<std::int64_t>(a)][static_cast<std::int64_t>(p)];
        if (a != p && count >= min_val) pairs.push_back({vocab_[a], vocab_[p], count});
      }
    std::stable_sort(pairs.begin(), pairs.end(), [](auto const& x, auto const& y) { return x.count > y.count; });
    return pairs;
  }

  /// The k largest losses (all for k = 0) and the items they belong to; the smallest with largest = false.
  std::pair<Tensor, Tensor> top_losses(std::int64_t k = 0, bool largest = true) const {
    if (!predictions_.losses.defined())
      throw state_error("interpret.no_losses", {.call = "top_losses",
                                                .expected = "a loss that can be had per item",
                                                .got = "one that only gives its mean",
                                                .fix = "give your loss a member `bool reduce`"});
    auto const n = predictions_.losses.size(0);
    auto [values, indices] = predictions_.losses.topk(k == 0 ? n : std::min(k, n), 0, largest);
    return {values, indices};
  }

  /// Draw the confusion matrix: rows are actual, columns predicted classes.
  std::string plot_confusion_matrix(std::filesystem::path const& path, bool normalize = false) const {
    fastxx::plot_confusion_matrix(confusion_matrix(), {.classes = vocab_, .normalize = normalize}).save(path);
    return path.string();
  }

  /// Draw the k items with the largest losses, titled "predicted / actual / loss / probability".
  std::string plot_top_losses(std::int64_t k, std::filesystem::path const& path,
                              ShowOptions const& options = {}) const {
    auto const [losses, indices] = top_losses(k);
    std::vector<TitledImage> images;
    for (std::int64_t i = 0; i < losses.size(0); ++i) {
      auto const item = indices[i].template item<std::int64_t>();
      TitledImage cell = detail::show_loader_item(loader_, static_cast<std::size_t>(item)).cell;
      auto const guess = decoded_[item].template item<std::int64_t>();
      auto const truth = predictions_.targs[item].template item<std::int64_t>();
      char numbers[64];
      std::snprintf(numbers, sizeof numbers, "%.2f / %.2f", losses[i].template item<double>(),
                    predictions_.preds[item][guess].template item<double>());
      cell.title = name(guess) + " / " + name(truth) + "\n" + numbers;
      cell.title_colour = guess == truth ? colours::green : colours::red;
      images.push_back(std::move(cell));
    }
    plot_images(images, options.grid).save(path);
    return path.string();
  }

 private:
  std::string const& name(std::int64_t index) const { return vocab_.at(static_cast<std::size_t>(index)); }

  Loader loader_;
  std::vector<std::string> vocab_;
  Predictions predictions_;
  Tensor decoded_;
};

template <class Learner>
ClassificationInterpretation(Learner&) -> ClassificationInterpretation<typename Learner::loader_type>;
template <class Learner, class Loader>
ClassificationInterpretation(Learner&, Loader) -> ClassificationInterpretation<Loader>;

}  // namespace fastxx
