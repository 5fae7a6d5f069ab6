#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <cmath>
#include <optional>

namespace fastxx {

/// How a layer normalises: not at all, by batch statistics, or by batch statistics starting at zero (identity
/// branches).
enum class NormType { none, batch, batch_zero };

/// Batch normalisation whose bias starts at 1e-3 and whose weight starts at 1 (0 for batch_zero).
///
/// Shapes:  (N,C,...) -> same, 1, 2 or 3 spatial dimensions by `dimensions`
/// Source:  fastai 2.7.18 layers.py BatchNorm (TR-80)
/// Example: examples/doc/layers.cpp
template <class BatchNormModule>
BatchNormModule batch_norm(std::int64_t features, NormType norm = NormType::batch) {
  BatchNormModule layer(features);
  torch::NoGradGuard guard;
  layer->bias.fill_(1e-3);
  layer->weight.fill_(norm == NormType::batch_zero ? 0.0 : 1.0);
  return layer;
}

/// Settings of ConvLayer; what is left out is chosen as fastai chooses it.
struct ConvLayerOptions {
  int ks = 3;  ///< kernel size
  int stride = 1;
  std::optional<int> padding = {};  ///< (ks-1)/2 when left out
  std::optional<bool> bias = {};    ///< only without batch normalisation when left out
  NormType norm = NormType::batch;
  bool act = true;         ///< ReLU at the end
  bool bn_1st = true;      ///< normalise before the activation
  double bias_std = 0.01;  ///< spread of the initial bias; 0 for zeros
};

/// Convolution, batch normalisation and ReLU, initialised for ReLU.
///
/// Shapes:  (N,ni,H,W) -> (N,nf,H',W')
/// Source:  fastai 2.7.18 layers.py ConvLayer, init_linear
/// Example: examples/doc/layers.cpp
class ConvLayer : public Sequential {
 public:
  ConvLayer(std::int64_t ni, std::int64_t nf, ConvLayerOptions const& options = {});

 private:
  static void init(torch::nn::Conv2d& conv, ConvLayerOptions const& options);
};

/// Settings of LinBnDrop.
struct LinBnDropOptions {
  bool bn = true;
  double p = 0;  ///< dropout probability; no dropout layer at 0
  bool act = false;
  bool lin_first = false;  ///< Linear, ReLU, BatchNorm, Dropout instead of BatchNorm, Dropout, Linear, ReLU
};

/// Linear layer with batch normalisation and dropout in front (or behind).
///
/// Shapes:  (N,n_in) -> (N,n_out)
/// Source:  fastai 2.7.18 layers.py LinBnDrop
/// Example: examples/doc/layers.cpp
class LinBnDrop : public Sequential {
 public:
  LinBnDrop(std::int64_t n_in, std::int64_t n_out, LinBnDropOptions const& options = {});
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/layers.ipp>
#endif
