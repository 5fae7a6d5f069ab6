#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/plot/confusion_matrix.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/inspect/class_scores.hpp>
#include <fastxx/mid/inspect/show.hpp>
#include <fastxx/mid/train/predictions.hpp>

#include <cstdint>
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
/// Errors:  state_error [interpret.no_losses] for a loss that only gives its mean, [interpret.count] for k < 0
/// Source:  fastai 2.7.18 interpret.py Interpretation (H-52)
/// Example: examples/doc/training.cpp
class Interpretation {
 public:
  /// Run the learner's model over its validation loader.
  template <class Learner>
  explicit Interpretation(Learner& learn) : Interpretation(learn, learn.dls.valid()) {}
  /// Run the learner's model over a loader, for example a test set; of a shuffled one in the order of its dataset.
  template <class Learner, class Loader>
  Interpretation(Learner& learn, Loader&& loader)
      : Interpretation(learn.get_preds(loader, {.with_decoded = true}), names_of(learn)) {}

  Predictions const& predictions() const { return predictions_; }
  Tensor const& decoded() const { return predictions_.decoded; }

  /// The k largest losses (all for k = 0) and the rows of the predictions they belong to; the smallest with
  /// largest = false. A row is the number of its item, unless items were left out: see Predictions::item_of.
  std::pair<Tensor, Tensor> top_losses(std::int64_t k = 0, bool largest = true) const;

  /// The k items with the largest losses as a table: item, loss, target, prediction; classes by their names where the data
  /// know them.
  std::string top_losses_table(std::int64_t k) const;

 protected:
  Interpretation(Predictions predictions, std::vector<std::string> class_names)
      : predictions_(std::move(predictions)), class_names_(std::move(class_names)) {}
  template <class Learner>
  static std::vector<std::string> names_of(Learner const& learn) {
    if constexpr (requires { learn.dls.class_names(); })
      return learn.dls.class_names();
    else
      return {};
  }
  // What was predicted and what is, in other dtypes or shapes.
  void replace(Tensor decoded, Tensor targs) {
    predictions_.decoded = std::move(decoded), predictions_.targs = std::move(targs);
  }

 private:
  std::string text_of(Tensor const& value) const {
    if (detail::is_whole_number(value)) return detail::class_text(value.item<std::int64_t>(), class_names_);
    return detail::tensor_text(value, "tensor");
  }

  Predictions predictions_;
  std::vector<std::string> class_names_;
};

namespace detail {

void require_digits(int digits, char const* call);

// The names of n classes: what the data say, else their numbers.
template <class Data>
std::vector<std::string> class_names(Data const& dls, std::int64_t n) {
  std::vector<std::string> names = dls.class_names();
  for (auto i = static_cast<std::int64_t>(names.size()); i < n; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace detail

/// Which classes a model takes for which, of items or of pixels: what ClassificationInterpretation and
/// SegmentationInterpretation share. Class names are those of the data, or their numbers.
///
/// Source:  fastai 2.7.18 interpret.py ClassificationInterpretation (H-52, H-53)
/// Example: examples/doc/interpretation.cpp
class ClassesInterpretation : public Interpretation {
 public:
  std::vector<std::string> const& vocab() const { return vocab_; }

  /// Share of items, or pixels, whose predicted class is the actual one.
  double accuracy() const { return scores().accuracy; }

  /// Counts (c,c) int64: row = actual class, column = predicted class.
  Tensor confusion_matrix() const { return matrix_.clone(); }

  /// Pairs of classes that are confused at least `min_val` times, most often first.
  std::vector<Confused> most_confused(std::int64_t min_val = 1) const;

  /// Draw the confusion matrix: rows are actual, columns predicted classes.
  std::string plot_confusion_matrix(std::filesystem::path const& path, bool normalize = false) const;

  /// Precision, recall, F1 and more of each class, as numbers.
  ClassScoresTable scores() const { return class_scores(matrix_, vocab_); }

 protected:
  template <class Learner, class Loader>
  ClassesInterpretation(Learner& learn, Loader&& loader) : Interpretation(learn, loader) {}
  ClassesInterpretation(Predictions predictions, std::vector<std::string> class_names)
      : Interpretation(std::move(predictions), std::move(class_names)) {}

  // Counts the predicted and the actual classes, those of `counted` alone where that is defined.
  void count(std::vector<std::string> vocab, char const* call, Tensor const& counted = {});

 private:
  std::vector<std::string> vocab_;
  Tensor matrix_;
};

/// Where a classifier goes wrong: confusion matrix, most confused classes, a table of each class's scores.
///
/// Shapes:  predictions (N,C), targets (N)
/// Errors:  tensor_error [interpret.classes] when predictions are not scores of classes, or targets are others
/// Source:  fastai 2.7.18 interpret.py ClassificationInterpretation (H-52...H-54)
/// Example: examples/doc/learner.cpp
class ClassificationReport : public ClassesInterpretation {
 public:
  template <class Learner, class Loader>
  ClassificationReport(Learner& learn, Loader&& loader) : ClassesInterpretation(learn, loader) {
    check();
    count(detail::class_names(learn.dls, predictions().preds.size(-1)), "ClassificationInterpretation");
  }

  /// Precision, recall, F1 and the number of items of each class, accuracy and the means of the classes, as text to print.
  ///
  /// Errors:  state_error [interpret.digits] unless there are 0 to 15 behind the point
  /// Source:  fastai 2.7.18 interpret.py print_classification_report, scikit-learn classification_report; differs: the
  ///          accuracy stands there also where a class is absent, for which scikit-learn 1.2 writes it as "micro avg"
  /// Example: examples/doc/interpretation.cpp
  std::string classification_report(int digits = 2) const;
  /// The same, on standard output.
  void print_classification_report(int digits = 2) const;

 protected:
  // The picture of an item with its losses as title: "predicted / actual / loss / probability".
  void set_title(TitledImage& cell, std::int64_t row) const;

 private:
  void check() const;
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
    Tensor const rows = top_losses(k).second;
    std::vector<TitledImage> images;
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
      auto const row = rows[i].template item<std::int64_t>();
      auto const item = static_cast<std::size_t>(predictions().item_of(row));
      images.push_back(detail::show_sample(detail::decoded_item(loader_, item)).cell);
      set_title(images.back(), row);
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

#if FASTXX_BODIES
#include <fastxx/mid/inspect/interpret.ipp>
#endif
