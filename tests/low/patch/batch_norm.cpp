#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/patch/batch_norm.hpp>

#include <doctest/doctest.h>
#include <stdexcept>

using namespace fastxx;

TEST_CASE("recalibrate_batch_norm: statistics are those of the data, and modes and momentum stay") {
  at::manual_seed(3);
  Sequential model(torch::nn::Dropout(.9), torch::nn::BatchNorm1d(2), torch::nn::Linear(2, 2),
                   torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(2).momentum(.3)));
  auto& norm = *model[1]->as<torch::nn::BatchNorm1d>();
  auto& last = *model[3]->as<torch::nn::BatchNorm1d>();
  auto const data = at::randn({8, 16, 2}) * 3 + 5;
  model->train();
  norm.eval();
  for (int i = 0; i < 3; ++i) model->forward(at::randn({4, 2}));
  recalibrate_batch_norm(model, [&](torch::nn::Module& same) {
    CHECK(&same == model.get());
    CHECK_FALSE(at::GradMode::is_enabled());
    for (int i = 0; i < 8; ++i) model->forward(data[i]);
  });
  CHECK(at::allclose(norm.running_mean, data.mean(1).mean(0)));  // dropout was off
  CHECK(at::allclose(norm.running_var, data.var(1).mean(0)));
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 8);
  CHECK(model->is_training());
  CHECK(last.is_training());
  CHECK_FALSE(norm.is_training());
  CHECK(norm.options.momentum() == .1);
  CHECK(last.options.momentum() == .3);
}

TEST_CASE("recalibrate_batch_norm: a loop that throws leaves modes and momentum as they were") {
  Sequential model(torch::nn::BatchNorm1d(2), torch::nn::ReLU());
  model->eval();
  CHECK_THROWS_WITH(recalibrate_batch_norm(model, [](torch::nn::Module&) { throw std::runtime_error("no data"); }),
                    "no data");
  CHECK_FALSE(model[0]->as<torch::nn::BatchNorm1d>()->is_training());
  CHECK(model[0]->as<torch::nn::BatchNorm1d>()->options.momentum() == .1);
}

TEST_CASE("recalibrate_batch_norm: momenta are put back when a layer cannot be measured") {
  Sequential model(torch::nn::BatchNorm1d(2), torch::nn::BatchNorm1d(2));
  model[1]->as<torch::nn::BatchNorm1d>()->running_mean = Tensor();
  CHECK_THROWS(recalibrate_batch_norm(model, [](torch::nn::Module&) {}));
  CHECK(model[0]->as<torch::nn::BatchNorm1d>()->options.momentum() == .1);
}
