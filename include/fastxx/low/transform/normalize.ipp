#pragma once

#include <fastxx/low/tensor/create.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/transform/normalize.hpp>

#include <vector>

namespace fastxx {

namespace detail {

FASTXX_INLINE void require_statistics(Tensor const& mean, char const* call) {
  if (!mean.defined())
    throw state_error("normalize.no_statistics",
                      {.call = call,
                       .expected = "statistics, given or learnt from a batch",
                       .got = "none",
                       .fix = {"use ", call, "::from_stats or set the pipeline up on data"}});
}

}  // namespace detail

FASTXX_INLINE Normalize Normalize::from_stats(std::vector<double> const& mean, std::vector<double> const& std) {
  auto shaped = [](std::vector<double> const& values) {
    auto const channels = static_cast<std::int64_t>(values.size());
    Tensor column = Tensor(at::from_blob(const_cast<double*>(values.data()), {channels}, at::kDouble));
    return column.to(at::kFloat).view({1, channels, 1, 1}).clone();
  };
  return {.mean = shaped(mean), .std = shaped(std)};
}

FASTXX_INLINE TensorImage Normalize::encodes(TensorImage const& image) const {
  check(image);
  return detail::keep_type(image.tensor().sub(mean.to(image.device())).div_(std.to(image.device())), image);
}

FASTXX_INLINE TensorImage Normalize::decodes(TensorImage const& image) const {
  check(image);
  return detail::keep_type(image.tensor().mul(std.to(image.device())).add_(mean.to(image.device())), image);
}

FASTXX_INLINE void Normalize::check(TensorImage const& image) const {
  detail::require_statistics(mean, "Normalize");
  if (image.dim() != 4 || image.size(1) != mean.size(1))
    throw tensor_error(
        "normalize.channels",
        {.call = "Normalize",
         .expected = {"a batch (N,C,H,W) with C = ", mean.size(1)},
         .got = image.dim() == 4 ? ErrorText{"C = ", image.size(1)} : ErrorText{image.dim(), " dimensions"},
         .fix = "give statistics for these channels, or let it learn them from the data"});
}

FASTXX_INLINE NormalizeFeatures NormalizeFeatures::from_stats(std::vector<double> const& mean,
                                                              std::vector<double> const& std) {
  NormalizeFeatures known;
  known.mean = tensor(mean);
  known.std = tensor(std);
  return known;
}

FASTXX_INLINE void NormalizeFeatures::learn(Tensor const& features) {
  if (features.dim() < 2 || features.numel() < 2 * features.size(-1))
    throw tensor_error("normalize.rows", {.call = "NormalizeFeatures",
                                          .expected = "a batch (N,F) with at least two rows to learn from",
                                          .got = {"shape ", detail::shape_text(features.sizes())},
                                          .fix = "use it on batches, or NormalizeFeatures::from_stats"});
  Tensor const rows = features.to(at::kFloat).reshape({-1, features.size(-1)});
  mean = rows.mean(0).cpu();
  std = rows.std(0, /*unbiased=*/true).add(1e-7).cpu();
}

FASTXX_INLINE Tensor NormalizeFeatures::scaled(Tensor const& features) const {
  check(features);
  return features.sub(mean.to(features.device())).div_(std.to(features.device()));
}

FASTXX_INLINE Tensor NormalizeFeatures::unscaled(Tensor const& features) const {
  check(features);
  return features.mul(std.to(features.device())).add_(mean.to(features.device()));
}

FASTXX_INLINE void NormalizeFeatures::check(Tensor const& features) const {
  detail::require_statistics(mean, "NormalizeFeatures");
  if (features.dim() == 0 || features.size(-1) != mean.size(0))
    throw tensor_error("normalize.features",
                       {.call = "NormalizeFeatures",
                        .expected = {"a tensor (...,F) with F = ", mean.size(0)},
                        .got = {"shape ", detail::shape_text(features.sizes())},
                        .fix = "give statistics for these features, or let it learn them from the data"});
}

}  // namespace fastxx
