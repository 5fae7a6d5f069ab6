#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/low/transform/retain.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace fastxx {

/// Scale each channel of an image batch to zero mean and unit variance; decode() is the inverse.
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

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/transform/normalize.ipp>
#endif
