#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/inspect/show.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What SegmentationInterpretation is told.
struct SegmentationReportOptions {
  std::optional<std::int64_t> ignore_index = {};  ///< pixels with this target are not counted, and are drawn white
};

/// Where a model that gives a class to each pixel goes wrong: overlap of each class, confusion matrix, worst pictures.
///
/// Shapes:  scores (N,C,H,W) that the loss decodes, as CrossEntropyLossFlat{.axis = 1} does, or (N,1,H,W) of two classes,
///          as BCEWithLogitsLossFlat; targets (N,H,W) or (N,1,H,W)
/// Runs:    the scores are not kept; what is, takes two bytes a pixel for up to 256 classes, and 32 while it is gathered
/// Errors:  tensor_error [interpret.masks] when predictions and targets are no masks of one size, [interpret.classes] for
///          targets that are no classes; state_error [interpret.digits]
/// Source:  fastai 2.7.18 interpret.py SegmentationInterpretation, which has nothing of its own
/// Example: examples/doc/interpretation.cpp
class SegmentationReport : public ClassesInterpretation {
 public:
  template <class Learner, class Loader>
  SegmentationReport(Learner& learn, Loader&& loader, SegmentationReportOptions options = {})
      : ClassesInterpretation(learn.get_preds(loader, {.with_decoded = true, .with_preds = false}), names_of(learn)),
        options_(options) {
    take_masks();
    count(detail::class_names(learn.dls, n_classes()), "SegmentationInterpretation", counted());
  }

  /// Which class each pixel was predicted to be, and which it is.
  ///
  /// Shapes:  (N,H,W)
  /// Dtypes:  uint8, or int64 for more than 256 classes or targets that need it
  Tensor const& masks() const { return decoded(); }
  Tensor const& targets() const { return predictions().targs; }

  /// Intersection over union, Dice, precision, recall and the number of pixels of each class, their means over the classes
  /// that are among targets or predictions, and the share of right pixels, as text to print.
  std::string segmentation_report(int digits = 2) const;

  /// The k pictures with the largest losses as a table: item, loss, share of right pixels, mean intersection over union.
  std::string top_losses_table(std::int64_t k) const;

 protected:
  // Input, target and prediction, side by side.
  void add_row(std::vector<TitledImage>& images, ImageCell input, std::int64_t row, double loss) const;

 private:
  void take_masks();
  std::int64_t n_classes() const;
  Tensor ignored(Tensor const& target) const;
  Tensor counted() const;
  ImageCell mask_cell(Tensor const& mask, Tensor const& target) const;

  SegmentationReportOptions options_;
};

namespace detail {
// A tensor of the shape of an image, drawn as one; anything else is left out.
void draw_tensor(ImageCell& cell, Tensor const& tensor);
[[noreturn]] void refuse_inputs();
}  // namespace detail

/// SegmentationReport with the loader at hand, so that pictures can be drawn. NInp is how many elements of an item are
/// inputs.
///
/// Source:  fastai 2.7.18 interpret.py SegmentationInterpretation, vision/learner.py plot_top_losses
/// Example: examples/doc/interpretation.cpp
template <class Loader, std::size_t NInp = 1>
class SegmentationInterpretation : public SegmentationReport {
 public:
  /// Run the learner's model over its validation loader.
  template <class Learner>
  explicit SegmentationInterpretation(Learner& learn, SegmentationReportOptions options = {})
      : SegmentationInterpretation(learn, learn.dls.valid(), options) {}
  /// Run the learner's model over a loader, for example a test set with masks.
  template <class Learner>
  SegmentationInterpretation(Learner& learn, Loader loader, SegmentationReportOptions options = {})
      : SegmentationReport(learn, loader, options), loader_(std::move(loader)) {}

  Loader const& loader() const { return loader_; }

  /// Draw the k items with the largest losses, one a row: the input, its mask, the predicted mask and the loss. Inputs are
  /// drawn as they show themselves; plain tensors (H,W), (1,H,W) or (3,H,W) as images, of other channels the first.
  ///
  /// Errors:  data_error [interpret.inputs] for inputs that are no images
  std::string plot_top_losses(std::int64_t k, std::filesystem::path const& path, ShowOptions options = {}) const {
    auto const [losses, rows] = top_losses(k);
    std::vector<TitledImage> images;
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
      auto const row = rows[i].template item<std::int64_t>();
      auto const item = static_cast<std::size_t>(predictions().item_of(row));
      add_row(images, drawn_input(detail::decoded_item(loader_, item)), row, losses[i].template item<double>());
    }
    options.grid.columns = 3;
    plot_images(images, options.grid).save(path);
    return path.string();
  }

 private:
  template <class Sample>
  static ImageCell drawn_input(Sample const& sample) {
    auto cell = detail::show_elements<0, NInp>(sample, ImageCell{});
    if (cell.layers > 0) return cell;
    cell = {};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      auto const draw = [&](auto const& element) {
        if constexpr (std::is_convertible_v<decltype(element), Tensor const&>) detail::draw_tensor(cell, element);
      };
      (draw(std::get<I>(sample)), ...);
    }
    (std::make_index_sequence<NInp>{});
    if (cell.layers == 0) detail::refuse_inputs();
    return cell;
  }

  Loader loader_;
};

template <class Learner>
SegmentationInterpretation(Learner& learn, SegmentationReportOptions = {})
    -> SegmentationInterpretation<std::decay_t<decltype(learn.dls.valid())>, std::decay_t<decltype(learn.dls)>::n_inp>;
template <class Learner, class Loader>
requires(!std::is_convertible_v<Loader, SegmentationReportOptions>)
    SegmentationInterpretation(Learner& learn, Loader, SegmentationReportOptions = {})
->SegmentationInterpretation<Loader, std::decay_t<decltype(learn.dls)>::n_inp>;

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/segmentation.ipp>
#endif
