#pragma once

#include <fastxx/low/transform/normalize.hpp>

#include <vector>

namespace fastxx {

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
  return (image - mean.to(image.device())).div_(std.to(image.device()));
}

FASTXX_INLINE TensorImage Normalize::decodes(TensorImage const& image) const {
  check(image);
  return (image * std.to(image.device())).add_(mean.to(image.device()));
}

FASTXX_INLINE void Normalize::check(TensorImage const& image) const {
  if (!mean.defined())
    throw state_error("normalize.no_statistics", {.call = "Normalize",
                                                  .expected = "statistics, given or learnt from a batch",
                                                  .got = "none",
                                                  .fix = "use Normalize::from_stats or set the pipeline up on data"});
  if (image.dim() != 4 || image.size(1) != mean.size(1))
    throw tensor_error(
        "normalize.channels",
        {.call = "Normalize",
         .expected = {"a batch (N,C,H,W) with C = ", mean.size(1)},
         .got = image.dim() == 4 ? ErrorText{"C = ", image.size(1)} : ErrorText{image.dim(), " dimensions"},
         .fix = "give statistics for these channels, or let it learn them from the data"});
}

}  // namespace fastxx
