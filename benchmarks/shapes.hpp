#pragma once
// The parameters of two models, each with a gradient, for the optimizers' benchmarks.

#include <ATen/ATen.h>
#include <cstdint>
#include <vector>

namespace fastxx::bench {

using Shapes = std::vector<std::vector<std::int64_t>>;

inline void add_norm(Shapes& shapes, std::int64_t channels) { shapes.insert(shapes.end(), 2, {channels}); }

inline void add_conv(Shapes& shapes, std::vector<std::int64_t> weight) {
  shapes.push_back(weight);
  add_norm(shapes, weight[0]);
}

/// ResNet-18 for 1000 classes: 62 tensors, 11,689,512 numbers.
inline Shapes resnet18() {
  Shapes shapes;
  add_conv(shapes, {64, 3, 7, 7});
  std::int64_t before = 64;
  for (std::int64_t channels : {64, 128, 256, 512}) {
    add_conv(shapes, {channels, before, 3, 3});
    add_conv(shapes, {channels, channels, 3, 3});
    if (channels != before) add_conv(shapes, {channels, before, 1, 1});
    add_conv(shapes, {channels, channels, 3, 3});
    add_conv(shapes, {channels, channels, 3, 3});
    before = channels;
  }
  shapes.push_back({1000, 512});
  shapes.push_back({1000});
  return shapes;
}

/// 784-64-64-10: 6 tensors, 55,050 numbers.
inline Shapes mlp() { return {{64, 784}, {64}, {64, 64}, {64}, {10, 64}, {10}}; }

inline std::vector<at::Tensor> parameters(Shapes const& shapes) {
  at::manual_seed(1);
  std::vector<at::Tensor> result;
  for (auto const& shape : shapes) {
    auto p = at::randn(shape).requires_grad_();
    p.mutable_grad() = at::randn(shape);
    result.push_back(p);
  }
  return result;
}

}  // namespace fastxx::bench
