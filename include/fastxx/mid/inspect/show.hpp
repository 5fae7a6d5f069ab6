#pragma once

#include <algorithm>
#include <cstddef>
#include <fastxx/low/plot/images.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <filesystem>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// A context that items show themselves on: one image with a title of one line per text.
///
/// Source:  own design, in place of fastai's matplotlib axes
/// Example: examples/doc/learner.cpp
struct ImageCell {
  TitledImage cell = {};

  void image(Tensor const& image) { cell.image = image.detach().cpu(); }
  void title(std::string const& text) { cell.title += (cell.title.empty() ? "" : "\n") + text; }
};

/// How show_batch and its relatives arrange what they draw.
struct ShowOptions {
  std::size_t max_n = 9;
  ImageGridOptions grid = {};
};

namespace detail {

// Element `index` of one column of a batch.
template <class Column>
auto sample_of(Column const& column, std::size_t index) {
  if constexpr (std::is_base_of_v<Tensor, Column>)
    return Column(column.select(0, static_cast<std::int64_t>(index)));
  else
    return column[index];
}
inline Tensor sample_of(Tensor const& column, std::size_t index) {
  return column.select(0, static_cast<std::int64_t>(index));
}

template <class Column>
std::size_t column_size(Column const& column) {
  if constexpr (std::is_base_of_v<Tensor, Column>)
    return static_cast<std::size_t>(column.size(0));
  else
    return column.size();
}

// Sample `index` of a batch, undone through all transforms until it can show itself, drawn on a cell.
template <class Loader, class Batch>
ImageCell show_sample(Loader const& loader, Batch const& decoded_batch, std::size_t index) {
  auto sample =
      std::apply([&](auto const&... column) { return std::make_tuple(sample_of(column, index)...); }, decoded_batch);
  auto item = loader.dataset().decode_until_shown(loader.after_item().decode(std::move(sample)));
  return show_item(item, ImageCell{});
}

// Item `index` of the loader's dataset as a batch of its own, drawn on a cell.
template <class Loader>
ImageCell show_loader_item(Loader const& loader, std::size_t index) {
  CallContext const context{.split_idx = loader.options().split_idx};
  auto item = loader.after_item()(loader.dataset().item(index, context), context);
  using Item = std::decay_t<decltype(item)>;
  auto batch = loader.after_batch()(collate(std::vector<Item>{std::move(item)}), context);
  return show_sample(loader, loader.after_batch().decode(batch), 0);
}

}  // namespace detail

/// Draw up to nine samples of one training batch with their targets, as the model sees them but decoded for people;
/// gives back where the picture is.
///
/// Errors:  io_error when the picture cannot be drawn or written
/// Source:  fastai 2.7.18 data/core.py show_batch (H-25, H-26)
/// Example: examples/fashion_mnist.cpp
template <class DataLoaders>
std::string show_batch(DataLoaders const& dls, std::filesystem::path const& path, ShowOptions const& options = {}) {
  auto const& loader = dls.train();
  auto const batch = loader.after_batch().decode(loader.one_batch());
  std::vector<TitledImage> images;
  std::size_t const n = std::min(options.max_n, detail::column_size(std::get<0>(batch)));
  for (std::size_t i = 0; i < n; ++i) images.push_back(detail::show_sample(loader, batch, i).cell);
  plot_images(images, options.grid).save(path);
  return path.string();
}

}  // namespace fastxx
