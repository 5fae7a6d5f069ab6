#pragma once
// A line y = 2x + 1 with known points, as a foreign dataset of pairs: the smallest thing a Learner trains on.

#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace toy {

using Item = std::tuple<at::Tensor, at::Tensor>;

inline std::vector<Item> line(int n, float first = 0) {
  std::vector<Item> items;
  for (int i = 0; i < n; ++i) {
    float const x = first + 0.1F * static_cast<float>(i);
    items.emplace_back(at::full({1}, x), at::full({1}, 2 * x + 1));
  }
  return items;
}

inline auto loaders(int n_train = 8, int n_valid = 4, std::int64_t batch_size = 4, int workers = 0) {
  using Loader = fastxx::DataLoader<std::vector<Item>>;
  return fastxx::DataLoaders(std::vector<Loader>{
      Loader(line(n_train), {.batch_size = batch_size, .workers = workers, .split_idx = fastxx::Split::train}),
      Loader(line(n_valid, 3), {.batch_size = batch_size, .workers = workers, .split_idx = fastxx::Split::valid})});
}

struct Loss {
  bool reduce = true;
  at::Tensor operator()(at::Tensor const& prediction, at::Tensor const& target) const {
    return at::mse_loss(prediction, target, reduce ? at::Reduction::Mean : at::Reduction::None);
  }
};

// One weight and one bias, both starting at zero: every step can be followed by hand.
inline fastxx::Sequential model() {
  fastxx::Sequential net((torch::nn::Linear(1, 1)));
  torch::NoGradGuard const guard;
  for (auto& parameter : net->parameters()) parameter.zero_();
  return net;
}

template <class... Parts>
auto learner(Parts... parts) {
  return fastxx::Learner(loaders(), model(), fastxx::loss_func(Loss{}), std::move(parts)...);
}

// A learner that prints nothing.
template <class Learner>
Learner& quiet(Learner& learn) {
  learn.logger = [](std::vector<std::string> const&) {};
  return learn;
}

}  // namespace toy
