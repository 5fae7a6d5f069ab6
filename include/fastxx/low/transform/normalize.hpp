#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/low/transform/retain.hpp>

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Scale each channel of an image batch to zero mean and unit variance; decode() is the inverse. Tensors that are no
/// images stay as they are, since nothing tells numbers to learn from and targets apart: see NormalizeFeatures.
///
/// Without statistics it learns them from the first batch: mean and sample standard deviation + 1e-7 over (N,H,W).
/// Shapes:  (N,C,H,W) -> same; mean, std (1,C,1,1)
/// Units:   the statistics' unit is the image's
/// Runs:    on the batch, on its device
/// Errors:  tensor_error [normalize.channels] when C differs from the statistics; state_error [normalize.no_statistics]
/// Source:  fastai 2.7.18 data/transforms.py Normalize; differs: missing statistics are an error after setup
/// Example: examples/doc/pipeline.cpp
struct Normalize {
  static constexpr int order = 99;
  Tensor mean = {};
  Tensor std = {};

  /// Known statistics, one number per channel.
  static Normalize from_stats(std::vector<double> const& mean, std::vector<double> const& std);

  template <class Batches>
  void setups(Batches const& batches) {
    if (mean.defined()) return;
    learn(batches[0]);
  }

  TensorImage encodes(TensorImage const& image) const;
  TensorImage decodes(TensorImage const& image) const;

  void serialize(auto& archive) {
    archive("mean", mean);
    archive("std", std);
  }

 private:
  template <class Batch>
  void learn(Batch const& batch) {
    if constexpr (is_tuple_v<Batch>) {
      [&]<std::size_t... I>(std::index_sequence<I...>) { (this->learn(std::get<I>(batch)), ...); }
      (std::make_index_sequence<std::tuple_size_v<detail::std_tuple_of<Batch>>>{});
    } else if constexpr (std::is_base_of_v<TensorImage, Batch>) {
      if (mean.defined()) return;  // the first image element of the batch decides
      Tensor const image = batch.tensor().to(at::kFloat);
      mean = image.mean({0, 2, 3}, /*keepdim=*/true).cpu();
      std = image.std({0, 2, 3}, /*unbiased=*/true, /*keepdim=*/true).add(1e-7).cpu();
    }
  }

  void check(TensorImage const& image) const;
};

namespace detail {
// A plain tensor, or a tuple that begins with one.
template <class Item>
consteval bool has_features() {
  if constexpr (is_tuple_v<Item>) {
    if constexpr (std::tuple_size_v < std_tuple_of < Item >>> 0)
      return has_features<std::tuple_element_t<0, std_tuple_of<Item>>>();
    return false;
  } else {
    return std::is_same_v<Item, Tensor>;
  }
}
template <class Item>
concept HasFeatures = has_features<Item>();

// That tensor, of an item that may be const.
template <class Item>
auto& features_of(Item& item) {
  if constexpr (is_tuple_v<std::remove_const_t<Item>>)
    return features_of(std::get<0>(item));
  else
    return item;
}
}  // namespace detail

/// Scale each column of a table to zero mean and unit variance: each feature of a plain tensor, or of the one that a
/// tuple begins with, as a batch begins with its inputs; targets stay as they are. decode() is the inverse.
///
/// Without statistics it learns them from the first batch: mean and sample standard deviation + 1e-7 of each feature.
/// Shapes:  (N,F) or (...,F) -> same; mean, std (F)
/// Dtypes:  integers become float32
/// Units:   the statistics' unit is the features'
/// Runs:    on the batch, on its device
/// Errors:  tensor_error [normalize.features] when F differs from the statistics; [normalize.rows] when it learns from
///          less than two rows; state_error [normalize.no_statistics]
/// Source:  fastai 2.7.18 tabular/core.py Normalize; differs: the deviation and the one batch are data/transforms.py's
/// Example: examples/doc/normalize_features.cpp
struct NormalizeFeatures : ItemTransform {
  static constexpr int order = 99;
  Tensor mean = {};
  Tensor std = {};

  /// Known statistics, one number per feature.
  static NormalizeFeatures from_stats(std::vector<double> const& mean, std::vector<double> const& std);

  template <class Batches>
  void setups(Batches const& batches) {
    if (mean.defined()) return;
    auto const batch = batches[0];
    if constexpr (detail::has_features<std::remove_const_t<decltype(batch)>>()) learn(detail::features_of(batch));
  }

  template <detail::HasFeatures Item>
  Item encodes(Item const& item) const {
    Item encoded = item;
    detail::features_of(encoded) = scaled(detail::features_of(item));
    return encoded;
  }
  template <detail::HasFeatures Item>
  Item decodes(Item const& item) const {
    Item decoded = item;
    detail::features_of(decoded) = unscaled(detail::features_of(item));
    return decoded;
  }

  void serialize(auto& archive) {
    archive("mean", mean);
    archive("std", std);
  }

 private:
  void learn(Tensor const& features);
  Tensor scaled(Tensor const& features) const;
  Tensor unscaled(Tensor const& features) const;
  void check(Tensor const& features) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/transform/normalize.ipp>
#endif
