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
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Two classes a model takes for each other, and how often.
struct Confused {
  std::string actual;
  std::string predicted;
  std::int64_t count = 0;
};

/// What a model says about every item of a loader, and where it is most wrong: for any dataset, network and loss that
/// can be had per item.
///
/// Errors:  state_error [interpret.no_losses] for a loss that only gives its mean
/// Source:  fastai 2.7.18 interpret.py Interpretation (H-52)
/// Example: tests/mid/inspect/interpret.cpp
class Interpretation {
 public:
  /// Run the learner's model over its validation loader.
  template <class Learner>
  explicit Interpretation(Learner& learn) : Interpretation(learn, learn.dls.valid()) {}
  /// Run the learner's model over a loader, for example a test set; of a shuffled one in the order of its dataset.
  template <class Learner, class Loader>
  Interpretation(Learner& learn, Loader&& loader) : predictions_(learn.get_preds(loader, {.with_decoded = true})) {}

  Predictions const& predictions() const { return predictions_; }
  Tensor const& decoded() const { return predictions_.decoded; }

  /// The k largest losses (all for k = 0) and the items they belong to; the smallest with largest = false.
  std::pair<Tensor, Tensor> top_losses(std::int64_t k = 0, bool largest = true) const {
    if (!predictions_.losses.defined())
      throw state_error("interpret.no_losses", {.call = "top_losses",
                                                .expected = "targets, and a loss that can be had per item",
                                                .got = "one that only gives its mean, or no targets",
                                                .fix = "give your loss a member `bool reduce`"});
    auto const n = predictions_.losses.size(0);
    auto [values, indices] = predictions_.losses.topk(k == 0 ? n : std::min(k, n), 0, largest);
    return {values, indices};
  }

  /// The k items with the largest losses as a table: item, loss, target, prediction.
  std::string top_losses_table(std::int64_t k) const {
    auto const [losses, indices] = top_losses(k);
    std::vector<std::vector<std::string>> rows;
    for (std::int64_t i = 0; i < losses.size(0); ++i) {
      auto const item = indices[i].item<std::int64_t>();
      rows.push_back({std::to_string(item), detail::tensor_text(losses[i], ""), text_of(predictions_.targs[item]),
                      text_of(predictions_.decoded[item])});
    }
    return text_table({"item", "loss", "target", "prediction"}, std::move(rows));
  }

 private:
  static std::string text_of(Tensor const& value) { return detail::tensor_text(value, "tensor"); }

  Predictions predictions_;
};

namespace detail {

// The names of n classes: what the data say, else their numbers.
template <class Data>
std::vector<std::string> class_names(Data const& dls, std::int64_t n) {
  std::vector<std::string> names = dls.class_names();
  for (auto i = static_cast<std::int64_t>(names.size()); i < n; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace detail

/// Where a classifier goes wrong: confusion matrix, most confused classes. Class names are those of the data, or their
/// numbers.
///
/// Shapes:  predictions (N,C), targets (N)
/// Errors:  tensor_error [interpret.classes] when predictions are not scores of classes
/// Source:  fastai 2.7.18 interpret.py ClassificationInterpretation (H-52...H-54)
/// Example: examples/doc/learner.cpp
class ClassificationReport : public Interpretation {
 public:
  template <class Learner, class Loader>
  ClassificationReport(Learner& learn, Loader&& loader) : Interpretation(learn, loader) {
    check();
    vocab_ = detail::class_names(learn.dls, predictions().preds.size(-1));
  }

  std::vector<std::string> const& vocab() const { return vocab_; }

  /// Share of items whose predicted class is the actual one.
  double accuracy() const { return decoded().eq(predictions().targs).to(at::kDouble).mean().item<double>(); }

  /// Counts (c,c) int64: row = actual class, column = predicted class.
  Tensor confusion_matrix() const {
    auto const c = static_cast<std::int64_t>(vocab_.size());
    Tensor const cells = predictions().targs.mul(c).add(decoded());
    return at::bincount(cells, {}, c * c).view({c, c});
  }

  /// Pairs of classes that are confused at least `min_val` times, most often first.
  std::vector<Confused> most_confused(std::int64_t min_val = 1) const {
    Tensor const matrix = confusion_matrix();
    auto const counts = matrix.accessor<std::int64_t, 2>();
    std::vector<Confused> pairs;
    for (std::size_t a = 0; a < vocab_.size(); ++a)
      for (std::size_t p = 0; p < vocab_.size(); ++p) {
        auto const count = counts[static_cast<std::int64_t>(a)][static_cast<std::int64_t>(p)];
        if (a != p && count >= min_val) pairs.push_back({vocab_[a], vocab_[p], count});
      }
    std::stable_sort(pairs.begin(), pairs.end(), [](auto const& x, auto const& y) { return x.count > y.count; });
    return pairs;
  }

  /// Draw the confusion matrix: rows are actual, columns predicted classes.
  std::string plot_confusion_matrix(std::filesystem::path const& path, bool normalize = false) const {
    fastxx::plot_confusion_matrix(confusion_matrix(), {.classes = vocab_, .normalize = normalize}).save(path);
    return path.string();
  }

 protected:
  // The picture of an item with its losses as title: "predicted / actual / loss / probability".
  void set_title(TitledImage& cell, std::int64_t item) const {
    auto const guess = decoded()[item].item<std::int64_t>();
    auto const truth = predictions().targs[item].item<std::int64_t>();
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "%.2f / %.2f", predictions().losses[item].item<double>(),
                  predictions().preds[item][guess].item<double>());
    cell.title = vocab_.at(static_cast<std::size_t>(guess)) + " / " + vocab_.at(static_cast<std::size_t>(truth)) +
                 "\n" + numbers;
    cell.title_colour = guess == truth ? colours::green : colours::red;
  }

 private:
  void check() const {
    auto const& [preds, targs, losses, decoded, inputs, all_targs] = predictions();
    bool const good = preds.dim() == 2 && targs.defined() && targs.dim() == 1 && !targs.is_floating_point() &&
                      decoded.sizes() == targs.sizes();
    if (good) return;
    throw tensor_error("interpret.classes",
                       {.call = "ClassificationInterpretation",
                        .expected = "scores (N,C), classes (N), and a loss that decodes scores to classes",
                        .got = detail::shape_text(preds.sizes()) + " and " +
                               (targs.defined() ? detail::shape_text(targs.sizes()) : std::string("no targets")),
                        .fix = targs.defined() ? "for other models use Interpretation"
                                               : "give a loader with targets: test_dl(items, with_labels)"});
  }

  std::vector<std::string> vocab_;
};

/// ClassificationReport with the loader at hand, so that items can be drawn.
///
/// Source:  fastai 2.7.18 interpret.py ClassificationInterpretation (H-52...H-54)
/// Example: examples/doc/learner.cpp
template <class Loader>
class ClassificationInterpretation : public ClassificationReport {
 public:
  /// Run the learner's model over its validation loader.
  template <class Learner>
  explicit ClassificationInterpretation(Learner& learn) : ClassificationInterpretation(learn, learn.dls.valid()) {}
  /// Run the learner's model over a loader, for example a test set.
  template <class Learner>
  ClassificationInterpretation(Learner& learn, Loader loader)
      : ClassificationReport(learn, loader), loader_(std::move(loader)) {}

  Loader const& loader() const { return loader_; }

  /// Draw the k items with the largest losses, titled "predicted / actual / loss / probability".
  std::string plot_top_losses(std::int64_t k, std::filesystem::path const& path,
                              ShowOptions const& options = {}) const {
    Tensor const items = top_losses(k).second;
    std::vector<TitledImage> images;
    for (std::int64_t i = 0; i < items.size(0); ++i) {
      auto const item = items[i].template item<std::int64_t>();
      images.push_back(detail::show_sample(detail::decoded_item(loader_, static_cast<std::size_t>(item))).cell);
      set_title(images.back(), item);
    }
    plot_images(images, options.grid).save(path);
    return path.string();
  }

 private:
  Loader loader_;
};

template <class Learner>
ClassificationInterpretation(Learner& learn) -> ClassificationInterpretation<std::decay_t<decltype(learn.dls.valid())>>;
template <class Learner, class Loader>
ClassificationInterpretation(Learner&, Loader) -> ClassificationInterpretation<Loader>;

}  // namespace fastxx
