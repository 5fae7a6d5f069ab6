#pragma once
// What the tests of callbacks train.

#include "../train/toy.hpp"
#include <fastxx/mid/data/foreign_loaders.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

// One Learner type for all cases: pictures or points, a model that is told what to be.
using Batches = std::vector<std::tuple<at::Tensor, at::Tensor>>;

inline at::Tensor points(std::int64_t n, std::int64_t width) {
  return at::arange(n * width, at::kFloat).view({n, width}).div(10).sin();
}

inline auto learner(Batches train, Batches valid, Sequential net, auto loss, auto... parts) {
  Learner learn(loaders_of(std::move(train), std::move(valid)), std::move(net), loss_func(std::move(loss)),
                opt_func(SGD{}), std::move(parts)...);
  toy::quiet(learn);
  return learn;
}

inline Sequential linear(std::int64_t in, std::int64_t out) {
  set_seed(1);
  return Sequential(torch::nn::Linear(in, out));
}

inline auto regression(std::int64_t batches = 4, std::int64_t items = 4, Sequential net = linear(3, 1)) {
  Batches train;
  for (std::int64_t b = 0; b < batches; ++b)
    train.emplace_back(points(items, 3).add(static_cast<double>(b) / 10), points(items, 1).mul(3));
  return learner(train, train, std::move(net), MSELossFlat{});
}

inline std::string text_of(std::filesystem::path const& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace
