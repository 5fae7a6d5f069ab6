#pragma once
// A training run in which everything draws random numbers or remembers something: what must be the same when it is
// killed and goes on.

#include "toy.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/train/checkpoint.hpp>

#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace resume {

using namespace fastxx;

// Random for each item; and once more for each batch.
struct Noise {
  static constexpr int split_idx = Split::train;
  template <class Item>
  double draw(Item const&, Random& random) const {
    return random.uniform(-.1, .1);
  }
  at::Tensor encodes(at::Tensor const& x, double drawn) const {
    if (x.numel() == 1 && x.isinf().item<bool>()) throw std::runtime_error("no such point");
    return x + drawn;
  }
};

// Remembers and interferes: losing what it remembers changes the weights.
struct Memory {
  std::int64_t epochs = 0, batches = 0, fits = 0;
  std::vector<double> losses = {};
  at::Tensor average = {};

  void before_fit(auto& learn) { fits += learn.evaluating == 0; }
  void before_epoch(auto& learn) { epochs += learn.evaluating == 0; }
  void before_train(auto&) { average = average.defined() ? average * 2 : at::zeros({1}); }
  void after_loss(auto& learn) {
    if (!learn.training) return;
    learn.loss_grad = learn.loss_grad * (1 + .01 * static_cast<double>(++batches % 3 + epochs + fits));
    average = average * .9 + learn.loss;
    losses.push_back(average.item<double>());
  }
  void serialize(auto& archive) {
    archive("epochs", epochs), archive("batches", batches), archive("fits", fits);
    archive("losses", losses), archive("average", average);
  }
};

// Gradients of three batches make a step: a save in between must keep them.
struct Accumulate {
  int seen = 0;
  void before_step(auto&) {
    if (++seen % 3 != 0) throw CancelBatchException();
  }
  void serialize(auto& archive) { archive("seen", seen); }
};

inline auto loader(std::vector<toy::Item> items, LoaderOptions const& options) {
  return DataLoader(std::move(items), options, item_tfms(Noise{}), batch_tfms(Noise{}));
}
inline auto loaders(int workers, std::uint64_t seed = 5) {
  return DataLoaders(
      loader(toy::line(24),
             {.batch_size = 4, .workers = workers, .shuffle = true, .seed = seed, .split_idx = Split::train}),
      loader(toy::line(8, 3), {.batch_size = 4, .workers = workers, .seed = seed, .split_idx = Split::valid}));
}
// The same with points that cannot be read: one in the first batch, and all of the third.
inline auto broken_loaders(int workers) {
  auto items = toy::line(24);
  for (std::size_t const broken : {1, 8, 9, 10, 11}) std::get<0>(items[broken]).fill_(INFINITY);
  return DataLoaders(loader(items, {.batch_size = 4,
                                    .workers = workers,
                                    .seed = 5,
                                    .split_idx = Split::train,
                                    .on_item_error = OnItemError::skip}),
                     loader(toy::line(8, 3), {.batch_size = 4, .workers = workers, .split_idx = Split::valid}));
}

inline Sequential net(std::int64_t hidden = 8) {
  set_seed(3);
  return Sequential(torch::nn::Linear(1, hidden), torch::nn::BatchNorm1d(hidden), torch::nn::Dropout(.3),
                    torch::nn::Linear(hidden, 1));
}

inline at::Tensor distance(at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }

inline auto learner_of(auto dls, std::int64_t hidden = 8) {
  Learner learn(std::move(dls), net(hidden), loss_func(toy::Loss{}), metrics(distance), callbacks(Memory{}));
  learn.logger = [](auto const&) {};
  return learn;
}

inline auto learner(int workers, std::int64_t hidden = 8) { return learner_of(loaders(workers), hidden); }

constexpr int epochs = 3, batches = 6;

inline void train(auto& learn, std::filesystem::path const& path, std::int64_t every, auto... more) {
  learn.fit_one_cycle(epochs, {.lr_max = .05}, callbacks(Checkpoint(path, {.every = every}), std::move(more)...));
}

// A folder of its own that goes away.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("fastxx_resume_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
};

}  // namespace resume
