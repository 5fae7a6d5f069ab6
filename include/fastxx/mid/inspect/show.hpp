#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/dispatch/overload_for.hpp>
#include <fastxx/low/plot/images.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/plan.hpp>
#include <fastxx/mid/data/stream.hpp>
#include <fastxx/mid/inspect/image_cell.hpp>
#include <fastxx/mid/inspect/text_table.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// How show_batch and its relatives arrange what they show.
struct ShowOptions {
  std::size_t max_n = 9;
  std::size_t max_width = 60;  ///< characters of a table's cell
  bool unique = false;         ///< show_batch: the first item again and again, to see what random transforms make of it
  ImageGridOptions grid = {};
};

/// The names of two open sets of functions, chosen by the types of a batch's first input and first target (`Any` where
/// there is none): who shows a batch, and who shows what a model predicts for it. Specialise
/// `overload_for<show_batch_set, TensorText, TensorCategory>` with `std::string operator()(auto const& shown) const`; it
/// gets a ShownSamples and returns what show_batch returns. Images are drawn in a grid, all else is a table.
///
/// Source:  fastai 2.7.18 data/core.py show_batch, show_results (typedispatch)
/// Example: examples/doc/show.cpp
struct show_batch_set {};
struct show_results_set {};

/// What is to be shown: decoded samples, tuples with the inputs first; the model's decoded predictions for them, or none.
template <std::size_t NInp, class Sample, class Prediction>
struct ShownSamples {
  static constexpr std::size_t n_inp = NInp;
  std::vector<Sample> samples;
  std::vector<Prediction> predictions;
  std::filesystem::path path;  ///< where a picture goes; may be empty
  ShowOptions options;
  std::vector<std::string> class_names = {};  ///< where the first target is a number, since no pipeline decodes it
};

namespace detail {

// All elements from the first to before the last that can show themselves on a cell, or have a text; element `Named` is a
// class that may have a name.
template <std::size_t First, std::size_t Last, std::size_t Named = Last, class Sample>
ImageCell show_elements(Sample const& sample, ImageCell cell, std::vector<std::string> const& names = {}) {
  auto show = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    auto const& element = std::get<I>(sample);
    if constexpr (requires { element.show(cell); })
      cell = element.show(std::move(cell));
    else
      cell.title(I == Named ? named_text(element, names) : item_text(element));
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) { (show(std::integral_constant<std::size_t, First + I>{}), ...); }
  (std::make_index_sequence<Last - First>{});
  return cell;
}

template <class Sample>
ImageCell show_sample(Sample const& sample) {
  return show_elements<0, std::tuple_size_v<Sample>>(sample, ImageCell{});
}

// Draws one sample with its prediction: a text below the target's, green or red; an image or mask in a cell of its own.
template <std::size_t NInp, class Sample, class Prediction>
void show_result(std::vector<TitledImage>& images, Sample const& sample, Prediction const& prediction,
                 std::vector<std::string> const& names = {}) {
  constexpr std::size_t size = std::tuple_size_v<Sample>;
  ImageCell const inputs = show_elements<0, NInp>(sample, ImageCell{});
  ImageCell target = show_elements<NInp, size, NInp>(sample, inputs, names);
  ImageCell predicted = show_elements<0, 1, 0>(std::tie(prediction), inputs, names);
  if (predicted.layers > inputs.layers) {
    target.title("target"), predicted.title("prediction");
    images.push_back(std::move(target.cell));
    images.push_back(std::move(predicted.cell));
  } else {
    bool const right = target.cell.title == predicted.cell.title;
    if (size > NInp) target.cell.title_colour = right ? colours::green : colours::red;
    target.title(named_text(prediction, names));
    images.push_back(std::move(target.cell));
  }
}

std::string save_grid(std::vector<TitledImage> const& images, std::filesystem::path const& path,
                      ShowOptions const& options);

// Names of the columns: input, input 2, target, prediction.
std::vector<std::string> column_names(std::size_t n_inp, std::size_t size, bool with_prediction);

// A table is returned, or written where there is a path.
std::string placed_table(std::string table, std::filesystem::path const& path);

struct ShowAsTable {
  template <class Shown>
  std::string operator()(Shown const& shown) const {
    using Sample = typename decltype(shown.samples)::value_type;
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < shown.samples.size(); ++i) {
      rows.push_back([&]<std::size_t... I>(std::index_sequence<I...>) {
        auto const text = [&](std::size_t place, auto const& element) {
          return place == Shown::n_inp ? named_text(element, shown.class_names) : item_text(element);
        };
        return std::vector<std::string>{text(I, std::get<I>(shown.samples[i]))...};
      }(std::make_index_sequence<std::tuple_size_v<Sample>>{}));
      if (i < shown.predictions.size()) rows.back().push_back(named_text(shown.predictions[i], shown.class_names));
    }
    auto const names = column_names(Shown::n_inp, std::tuple_size_v<Sample>, !shown.predictions.empty());
    return placed_table(text_table(names, std::move(rows), shown.options.max_width), shown.path);
  }
};
struct ShowAsImages {
  template <class Shown>
  std::string operator()(Shown const& shown) const {
    constexpr std::size_t size = std::tuple_size_v<typename decltype(shown.samples)::value_type>;
    std::vector<TitledImage> images;
    for (std::size_t i = 0; i < shown.samples.size(); ++i)
      if (i < shown.predictions.size())
        show_result<Shown::n_inp>(images, shown.samples[i], shown.predictions[i], shown.class_names);
      else
        images.push_back(show_elements<0, size, Shown::n_inp>(shown.samples[i], ImageCell{}, shown.class_names).cell);
    return save_grid(images, shown.path, shown.options);
  }
};

}  // namespace detail

template <>
struct overload_for<show_batch_set, Any, Any> : detail::ShowAsTable {};
template <>
struct overload_for<show_batch_set, TensorImageBase, Any> : detail::ShowAsImages {};
template <>
struct overload_for<show_results_set, Any, Any> : detail::ShowAsTable {};
template <>
struct overload_for<show_results_set, TensorImageBase, Any> : detail::ShowAsImages {};

namespace detail {

void require_samples(ShowOptions const& options, char const* call);
[[noreturn]] void refuse_unique();

// Samples of a loader's batch, undone through all transforms; `undo` takes them through the dataset's own.
template <class Loader, class Batch, class Undo>
auto decoded_by(Loader const& loader, Batch const& batch, std::size_t max_n, Undo const& undo) {
  auto const samples = [&] {
    if constexpr (requires { loader.batching(); })
      return decode_batch(batch, loader.batching(), max_n);
    else
      return decode_batch(batch, Batching<>{}, max_n);
  }();
  std::vector<std::decay_t<decltype(undo(samples[0]))>> decoded;
  for (auto const& sample : samples) decoded.push_back(undo(sample));
  return decoded;
}
template <class Loader, class Batch>
auto decoded_samples(Loader const& loader, Batch const& batch, std::size_t max_n) {
  return decoded_by(loader, batch, max_n, [&](auto const& sample) {
    if constexpr (requires { loader.dataset().decode_until_shown(sample); })
      return loader.dataset().decode_until_shown(sample);
    else
      return sample;
  });
}
// What a model predicts, decoded as the loader's first target is.
template <class Target, class Loader>
auto decoded_predictions(Loader const& loader, Tensor const& predictions, std::size_t max_n) {
  return decoded_by(loader, std::make_tuple(predicted_as<Target>(predictions)), max_n, [&](auto const& sample) {
    if constexpr (requires { loader.dataset().decode_target_until_shown(std::get<0>(sample)); })
      return loader.dataset().decode_target_until_shown(std::get<0>(sample));
    else
      return std::get<0>(sample);
  });
}

// Item `index` of the loader's dataset, as the model sees it but decoded for people.
template <class Loader>
auto decoded_item(Loader const& loader, std::size_t index) {
  int const split_idx = loader.options().split_idx;
  auto item = [&] {
    if constexpr (requires(CallContext const& context) { loader.dataset().item(index, context); })
      return loader.dataset().item(index, CallContext{.split_idx = split_idx});
    else
      return loader.dataset()[index];
  }();
  std::vector<decltype(item)> one;
  one.push_back(std::move(item));
  return decoded_samples(loader, loader.batch_of(std::move(one), split_idx), 1).at(0);
}

template <std::size_t NInp, class Batch>
struct ShownTypes {
  using Tuple = batch_tuple_t<Batch>;
  using Input = std::tuple_element_t<0, Tuple>;
  static consteval auto target() {
    if constexpr (std::tuple_size_v < Tuple >> NInp)
      return std::type_identity<std::tuple_element_t<NInp, Tuple>>{};
    else
      return std::type_identity<Any>{};
  }
  using Target = typename decltype(target())::type;
};

// The names of classes that are shown as numbers: no pipeline decodes them.
template <class Data>
std::vector<std::string> names_for_numbers(Data const& dls) {
  constexpr bool decodes = [] {
    if constexpr (requires { typename Data::pipelines_type; })
      return attribute_count<VocabAttribute, typename Data::pipelines_type>::value > 0;
    else
      return false;
  }();
  if constexpr (!decodes && requires { dls.class_names(); })
    return dls.class_names();
  else
    return {};
}

// A batch that a loader makes beside its epochs, at random where it can be shuffled; of a foreign loader the first one.
template <class Loader>
auto batch_to_show(Loader& loader, bool at_random) {
  if constexpr (requires { loader.new_with(loader.options()).one_batch(); }) {
    if (!at_random) return loader.one_batch();
    auto options = loader.options();
    options.shuffle = true, options.drop_last = false, options.workers = 0, options.plan = {};
    return loader.new_with(options).one_batch();
  } else {
    auto const stream = stream_over(loader);
    stream->start(0, 0);
    auto* const batch = stream->next();
    if (!batch)
      throw data_error("show.empty", {.call = "show_batch", .expected = "a batch", .got = "a loader without any"});
    return typename std::decay_t<decltype(*stream)>::batch_type(*batch);
  }
}

// Item 0 as often as samples are shown; what is drawn for it goes on from one to the next.
template <class Loader>
auto repeated_item(Loader const& loader, std::size_t n) {
  Random random = Random::of(loader.options().seed, 0, 0);
  CallContext const context{.split_idx = loader.options().split_idx, .random = &random};
  EpochPlan const none({}, 1, false);
  std::vector<std::decay_t<decltype(dataset_item(loader.dataset(), 0, context, none))>> items;
  for (std::size_t i = 0; i < n; ++i) items.push_back(dataset_item(loader.dataset(), 0, context, none));
  return batch_of(std::move(items), loader.batching(), context);
}
template <class Loader>
auto training_batch(Loader& loader, ShowOptions const& options) {
  using Batch = decltype(batch_to_show(loader, false));
  if (!options.unique) return batch_to_show(loader, false);
  if constexpr (requires { loader.batching(), loader.dataset(), loader.options().seed; })
    return Batch(repeated_item(loader, options.max_n));
  else
    refuse_unique();
}

}  // namespace detail

/// Show up to nine samples of one training batch with their targets, as the model sees them but decoded for people.
/// Images are drawn to `path`, which is returned; all else becomes a table, which is returned, or written when there is
/// a path: `std::cout << show_batch(dls)`. With `.unique` all are the first item of the training data, as random transforms
/// make it each time. Who shows which types is an open set: show_batch_set.
///
/// Errors:  data_error [show.max_n] for no samples, [show.path] for images without a path, [show.unique] for batches of
///          somebody else's loader; io_error when the picture cannot be drawn or written
/// Source:  fastai 2.7.18 data/core.py show_batch (H-25, H-26)
/// Example: examples/doc/show.cpp
template <class DataLoaders>
std::string show_batch(DataLoaders&& dls, std::filesystem::path const& path = {}, ShowOptions const& options = {}) {
  detail::require_samples(options, "show_batch");
  constexpr bool has_loaders = requires {
    dls.train();
    std::decay_t<DataLoaders>::n_inp;
  };
  static_assert(
      has_loaders,
      "fastxx::show_batch(dls): 'dls' must be what dataloaders(...), DataLoaders(train, valid) or loaders_of(train, "
      "valid) gives; of a Learner it is learn.dls");
  if constexpr (has_loaders) {
    auto& loader = dls.train();
    constexpr std::size_t n_inp = std::decay_t<DataLoaders>::n_inp;
    auto const batch = detail::training_batch(loader, options);
    using Types = detail::ShownTypes<n_inp, std::decay_t<decltype(batch)>>;
    auto samples = detail::decoded_samples(loader, batch, options.max_n);
    using Sample = typename decltype(samples)::value_type;
    ShownSamples<n_inp, Sample, Tensor> const shown{
        std::move(samples), {}, path, options, detail::names_for_numbers(dls)};
    return detail::nearest_extension_t<show_batch_set, typename Types::Input, typename Types::Target>{}(shown);
  } else {
    return {};
  }
}

/// Show up to nine samples of a batch of the validation data, drawn at random, with their targets and what the model
/// predicts: texts green where they agree and red else, masks side by side; all but images as a table.
///
/// Errors:  as show_batch
/// Source:  fastai 2.7.18 learner.py show_results (H-27)
/// Example: examples/doc/show.cpp
template <class Learner>
std::string show_results(Learner& learn, std::filesystem::path const& path = {}, ShowOptions const& options = {}) {
  detail::require_samples(options, "show_results");
  constexpr bool is_learner = requires { learn.dls.valid(); };
  static_assert(is_learner, "fastxx::show_results(learn): 'learn' must be a Learner; data alone go to show_batch(dls)");
  if constexpr (is_learner) {
    auto& loader = learn.dls.valid();
    std::vector const batches{detail::batch_to_show(loader, true)};
    using Batch = typename decltype(batches)::value_type;
    constexpr std::size_t n_inp = std::decay_t<decltype(learn.dls)>::n_inp;
    using Types = detail::ShownTypes<n_inp, Batch>;
    auto const decoded = learn.get_preds(batches, {.with_decoded = true}).decoded;
    auto samples = detail::decoded_samples(loader, batches[0], options.max_n);
    auto predictions = detail::decoded_predictions<typename Types::Target>(loader, decoded, options.max_n);
    using Sample = typename decltype(samples)::value_type;
    using Prediction = typename decltype(predictions)::value_type;
    ShownSamples<n_inp, Sample, Prediction> const shown{std::move(samples), std::move(predictions), path, options,
                                                        detail::names_for_numbers(learn.dls)};
    return detail::nearest_extension_t<show_results_set, typename Types::Input, typename Types::Target>{}(shown);
  } else {
    return {};
  }
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/show.ipp>
#endif
