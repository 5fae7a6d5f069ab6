// Models that give more than one tensor.
#include "toy.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Three = std::tuple<at::Tensor, at::Tensor, at::Tensor>;  // prediction, raw outputs, outputs after dropout

// A recurrent model's shape: three results, and a hidden state from batch to batch until reset() clears it.
struct RecurrentImpl : torch::nn::Module {
  RecurrentImpl() { linear = register_module("linear", torch::nn::Linear(1, 1)); }
  Three forward(at::Tensor const& x) {
    hidden = hidden.defined() ? hidden + 1 : at::zeros({1});
    at::Tensor const out = linear->forward(x);
    return {out, out * 2, out * 3};
  }
  void reset() { hidden.reset(); }
  torch::nn::Linear linear{nullptr};
  at::Tensor hidden;
};
TORCH_MODULE(Recurrent);

struct ResetHidden {
  std::vector<float>* last;  // the hidden state at the end of each phase
  void before_train(auto& learn) { learn.model->reset(); }
  void after_train(auto& learn) { last->push_back(learn.model->hidden.template item<float>()); }
  void before_validate(auto& learn) { learn.model->reset(); }
};

// Activation regularisation: asks for all that the model gave.
struct Regularise {
  double* seen;
  void after_loss(auto& learn) {
    if (!learn.training) return;
    at::Tensor const penalty = std::get<2>(learn.output).pow(2).mean();
    *seen = penalty.template item<double>();
    learn.loss_grad = learn.loss_grad + .01 * penalty;
  }
};

}  // namespace

TEST_CASE("three tensors: loss and metrics see the first, a callback all; the hidden state is reset each epoch") {
  std::vector<float> last;
  double penalty = 0;
  Learner learn(toy::loaders(12, 4), Recurrent(), loss_func(toy::Loss{}),
                metrics([](at::Tensor const& p, at::Tensor const& t) { return at::mse_loss(p, t); }),
                callbacks(ResetHidden{&last}, Regularise{&penalty}));
  toy::quiet(learn).fit(2, {.lr = .01});
  CHECK(last == std::vector<float>{2, 2});  // three batches, counted from 0, in each epoch
  CHECK(penalty > 0);
  auto const& row = learn.recorder().values.back();
  CHECK(*row[1] == doctest::Approx(*row[2]));
  auto const all = learn.get_preds();
  CHECK(all.preds.sizes() == at::IntArrayRef{4, 1});
}

TEST_CASE("a loss that asks for all the model gave gets it") {
  auto loss = [](Three const& output, at::Tensor const& target) {
    return at::mse_loss(std::get<0>(output), target) + 0 * std::get<1>(output).mean();
  };
  Learner learn(toy::loaders(), Recurrent(), loss_func(loss));
  toy::quiet(learn).fit(1);
  CHECK(learn.recorder().losses.size() == 2);
  learn.loss_func = [](at::Tensor const& prediction, at::Tensor const& target) {  // the shorter form, from now on
    return at::mse_loss(prediction, target);
  };
  learn.fit(1);
  CHECK(learn.recorder().losses.size() == 2);
}

namespace {
struct Detection {
  at::Tensor boxes, scores;
};
struct DetectorImpl : torch::nn::Module {
  DetectorImpl() { linear = register_module("linear", torch::nn::Linear(1, 1)); }
  Detection forward(at::Tensor const& x) { return {.boxes = x, .scores = linear->forward(x)}; }
  torch::nn::Linear linear{nullptr};
};
TORCH_MODULE(Detector);
}  // namespace
template <>
struct fastxx::prediction_of<Detection> {
  static at::Tensor get(Detection const& output) { return output.scores; }
};

TEST_CASE("a struct: the program says which member is the prediction") {
  Learner learn(toy::loaders(), Detector(), loss_func(toy::Loss{}));
  toy::quiet(learn).fit(1);
  CHECK(learn.recorder().losses.size() == 2);
}

TEST_CASE("what does not fit together is one sentence with batch and shapes") {
  Learner wrong(toy::loaders(), Sequential(torch::nn::Linear(3, 1)), loss_func(toy::Loss{}));
  CHECK_THROWS_WITH_AS(toy::quiet(wrong).fit(1),
                       doctest::Contains("training batch 0 of epoch 0, inputs (4, 1), targets (4, 1)"), tensor_error);
  Learner each(toy::loaders(), toy::model(), loss_func([](at::Tensor const& p, at::Tensor const& t) { return p - t; }));
  CHECK_THROWS_WITH_AS(toy::quiet(each).fit(1), doctest::Contains("[learner.loss_shape]"), tensor_error);
}

TEST_CASE("a target (N) is not broadcast over a prediction (N,1); MSELossFlat takes both") {
  std::vector<toy::Item> items;
  for (auto const& [x, y] : toy::line(8)) items.emplace_back(x, y.squeeze());
  using Loader = DataLoader<std::vector<toy::Item>>;
  auto loaders = [&] {
    return DataLoaders(std::vector<Loader>{Loader(items, {.batch_size = 4}), Loader(items, {.batch_size = 4})});
  };
  Learner broadcast(loaders(), toy::model(), loss_func(toy::Loss{}));
  CHECK_THROWS_WITH_AS(toy::quiet(broadcast).fit(1), doctest::Contains("(4, 1) and (4)"), tensor_error);
  Learner flat(loaders(), toy::model(), loss_func(MSELossFlat{}));
  toy::quiet(flat).fit(1);
  CHECK(flat.recorder().losses.size() == 2);
}

namespace {

// Detection's shape: of each item one input and two targets whose lengths differ from item to item.
using Scene = std::tuple<at::Tensor, at::Tensor, at::Tensor>;  // x (1), boxes (n,2), labels (n)
struct Scenes : std::vector<Scene> {
  using vector::vector;
  static constexpr std::size_t n_inp = 1;
};

// Item i has 1 + i % 3 boxes whose corners are all x, and as many labels 1.
Scenes scenes(int n) {
  Scenes all;
  for (int i = 0; i < n; ++i) {
    float const x = 0.1F * static_cast<float>(i);
    all.emplace_back(at::full({1}, x), at::full({1 + i % 3, 2}, x), at::ones({1 + i % 3}, at::kLong));
  }
  return all;
}

at::Tensor longest(at::Tensor const& x, std::int64_t length, double fill) {
  auto sizes = x.sizes().vec();
  sizes[0] = length - x.size(0);
  return at::cat({x, at::full(sizes, fill, x.options())});
}

struct PadTargets {
  Scenes operator()(std::vector<Scene> items) const {
    std::int64_t length = 0;
    for (auto const& item : items) length = std::max(length, std::get<2>(item).size(0));
    Scenes padded;
    for (auto const& [x, boxes, labels] : items)
      padded.emplace_back(x, longest(boxes, length, 0), longest(labels, length, -100));
    return padded;
  }
};

// The model has four slots; slot k predicts the middle of box k. The mean distance over the boxes that are there.
at::Tensor box_error(at::Tensor const& prediction, at::Tensor const& boxes) {
  auto const there = (boxes.abs().sum(2) > 0).to(at::kFloat);
  auto const slots = prediction.slice(1, 0, boxes.size(1));
  return ((boxes.mean(2) - slots).abs() * there).sum() / there.sum().clamp_min(1);
}
at::Tensor n_labels(at::Tensor const&, at::Tensor const& labels) { return (labels >= 0).sum(1).to(at::kFloat).mean(); }
at::Tensor padding(at::Tensor const&, at::Tensor const& labels) { return (labels == -100).sum().to(at::kFloat); }

}  // namespace

TEST_CASE("H-35 one input, two targets padded to the longest of their batch: trained for an epoch, metrics on either") {
  auto loader = [](Scenes items, int split_idx) {
    return DataLoader(std::move(items), {.batch_size = 3, .workers = 1, .split_idx = split_idx},
                      before_batch(PadTargets{}));
  };
  DataLoaders const dls(loader(scenes(9), Split::train), loader(scenes(7), Split::valid));
  static_assert(decltype(dls)::n_inp == 1);
  std::vector<std::int64_t> widths;
  for (auto const& [x, boxes, labels] : dls.valid()) {
    CHECK(boxes.sizes() == at::IntArrayRef({x.size(0), labels.size(1), 2}));
    widths.push_back(labels.size(1));
  }
  CHECK(widths == std::vector<std::int64_t>{3, 3, 1});  // the last batch holds one item with one box

  auto loss = [](at::Tensor const& prediction, at::Tensor const& boxes, at::Tensor const& labels) {
    auto const there = (labels >= 0).to(at::kFloat);
    auto const slots = prediction.slice(1, 0, boxes.size(1));
    return ((boxes.mean(2) - slots).pow(2) * there).sum() / there.sum();
  };
  set_seed(1);
  Learner learn(dls, Sequential(torch::nn::Linear(1, 4)), loss_func(loss),
                metrics(on_target(0, box_error), on_target(1, n_labels), on_target(1, padding, "pad")));
  toy::quiet(learn).fit(1, {.lr = .1});
  auto const& row = learn.recorder().values.back();
  REQUIRE(row.size() == 5);                                     // train_loss, valid_loss and three metrics
  CHECK(*row[3] == doctest::Approx((2 * 3 + 2 * 3 + 1) / 7.));  // by items: 2, 2 and 1 labels on average
  CHECK(*row[4] == doctest::Approx((3 * 3 + 3 * 3 + 0) / 7.));
  double const before = *row[2];
  learn.fit(4, {.lr = .1});
  CHECK(*learn.recorder().values.back()[2] < before);
  CHECK_THROWS_WITH_AS(learn.get_preds(),
                       doctest::Contains("targets of one size in all batches, as (3, 3, 2); got (1, 1, 2) in batch 2"),
                       tensor_error);
}
