// Loaders of other kinds, batches without targets, several inputs and targets.
#include "toy.hpp"
#include <fastxx/mid/data/foreign_loaders.hpp>

#include <torch/data.h>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Batch = std::tuple<at::Tensor, at::Tensor>;

std::vector<Batch> batches(int n, int size) {
  std::vector<Batch> all;
  for (int b = 0; b < n; ++b) {
    at::Tensor const x = at::arange(b * size, (b + 1) * size).to(at::kFloat).div(10).unsqueeze(1);
    all.emplace_back(x, 2 * x + 1);
  }
  return all;
}

struct Line : torch::data::datasets::Dataset<Line> {
  torch::data::Example<> get(std::size_t i) override {
    at::Tensor const x = at::full({1}, .1F * static_cast<float>(i));
    return {x, 2 * x + 1};
  }
  torch::optional<std::size_t> size() const override { return 8; }
};

}  // namespace

TEST_CASE("P-05 a data loader of libtorch trains, a plain vector of batches validates") {
  auto theirs = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      Line().map(torch::data::transforms::Stack<>()), torch::data::DataLoaderOptions().batch_size(4));
  Learner learn(loaders_of(foreign(*theirs, {.n_batches = 2}), batches(1, 4)), toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn).fit(2, {.lr = .1});
  auto own = toy::learner();  // the same eight items in the same order
  toy::quiet(own).fit(2, {.lr = .1});
  CHECK(learn.recorder().losses == own.recorder().losses);
  CHECK(learn.get_preds().preds.size(0) == 4);
  CHECK(std::get<0>(learn.dls.valid()[0]).defined());  // nothing was moved out of somebody's vector
  CHECK(std::get<0>(learn.dls.valid()[0]).size(0) == 4);
}

TEST_CASE("training and validation loaders of different types: ours and a vector") {
  using Loader = DataLoader<std::vector<toy::Item>>;
  Learner learn(loaders_of(Loader(toy::line(8), {.batch_size = 4, .shuffle = true}), batches(2, 3)), toy::model(),
                loss_func(toy::Loss{}));
  toy::quiet(learn).fit_one_cycle(2);
  CHECK(learn.recorder().losses.size() == 4);
}

TEST_CASE("without validation: loaders_of(train) of anybody's loader") {
  std::vector<toy::Item> batches{{at::ones({2, 1}), at::ones({2, 1})}};
  Learner learn(loaders_of(batches), toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn).fit(2, .1);
  CHECK(learn.recorder().losses.size() == 2);
  CHECK_FALSE(learn.recorder().values.back().at(1).has_value());
  CHECK_THROWS_WITH_AS(learn.get_preds(), doctest::Contains("[predictions.none]"), data_error);
  CHECK(decltype(loaders_of<2>(batches))::n_inp == 2);
}

TEST_CASE("TR-24 inputs alone: predictions without targets; loss and metrics leave themselves out") {
  auto learn = toy::learner(metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).mean(); }));
  toy::quiet(learn).fit(1, {.lr = .1});
  std::vector<std::tuple<at::Tensor>> raw{{at::ones({3, 1})}, {at::zeros({2, 1})}};
  auto const all = learn.get_preds(raw, {.with_input = true});
  CHECK(all.preds.size(0) == 5);
  CHECK_FALSE(all.targs.defined());
  CHECK_FALSE(all.losses.defined());
  CHECK(all.inputs.at(0).size(0) == 5);
  auto const row = learn.validate(raw);
  CHECK_FALSE(row[0].has_value());
  CHECK_FALSE(row[1].has_value());
}

namespace {
struct TwoInputsImpl : torch::nn::Module {
  TwoInputsImpl() { linear = register_module("linear", torch::nn::Linear(1, 1)); }
  at::Tensor forward(at::Tensor const& a, at::Tensor const& b) { return linear->forward(a - b); }
  torch::nn::Linear linear{nullptr};
};
TORCH_MODULE(TwoInputs);
}  // namespace

TEST_CASE("two inputs and one target; one input and two targets") {
  using Triple = std::tuple<at::Tensor, at::Tensor, at::Tensor>;
  std::vector<Triple> const data{{at::ones({4, 1}), at::zeros({4, 1}), at::ones({4, 1})},
                                 {at::zeros({4, 1}), at::ones({4, 1}), at::zeros({4, 1})}};
  Learner two(loaders_of(data, data), TwoInputs(), loss_func(toy::Loss{}));
  toy::quiet(two).fit(3, {.lr = .1});
  CHECK(two.recorder().losses.size() == 6);

  auto sum = [](at::Tensor const& p, at::Tensor const& a, at::Tensor const& b) {
    return at::mse_loss(p, a) + at::mse_loss(p, b);
  };
  auto mean_of = [](at::Tensor const&, at::Tensor const& target) { return target.mean(); };
  Learner targets(
      loaders_of<1>(data, data), toy::model(), loss_func(sum),
      metrics(mean_of, on_target(1, mean_of),
              [](at::Tensor const&, at::Tensor const& a, at::Tensor const& b) { return (a + 2 * b).mean(); }));
  toy::quiet(targets).fit(1);
  auto const& row = targets.recorder().values[0];
  CHECK(*row[2] == .5);  // the first target: zeros, then ones
  CHECK(*row[3] == .5);
  CHECK(*row[4] == doctest::Approx(.5 + 2 * .5));
  CHECK(targets.get_preds().all_targs.size() == 2);
}
