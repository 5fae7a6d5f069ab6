// What a GPU does otherwise: each case is left out where libtorch finds none. tests/gpu runs them on a machine that has one.
#include "../../temporary_folder.hpp"
#include "../train/toy.hpp"
#include "disturb.hpp"
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/optim/lookahead.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/autocast.hpp>
#include <fastxx/mid/callbacks/activation_stats.hpp>
#include <fastxx/mid/callbacks/channels_last.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/callbacks/layer_modes.hpp>
#include <fastxx/mid/callbacks/mix.hpp>
#include <fastxx/mid/callbacks/mixed_precision.hpp>
#include <fastxx/mid/data/foreign_loaders.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>
#include <fastxx/mid/inspect/model_summary.hpp>
#include <fastxx/mid/metrics.hpp>
#include <fastxx/mid/train/checkpoint.hpp>
#include <fastxx/mid/train/stop_on_nan.hpp>
#include <fastxx/mid/train/tracker.hpp>

#include <ATen/Context.h>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace gpu_test {

// A function, because libtorch is asked when the tests run.
inline auto needs_gpu() { return doctest::skip(!at::hasCUDA()); }

inline std::vector<toy::Item> pictures(int n) {
  std::vector<toy::Item> items;
  for (int i = 0; i < n; ++i)
    items.emplace_back(at::arange(3 * 8 * 8, at::kFloat).mul(.37).add(i).sin().view({3, 8, 8}) + i % 2,
                       at::scalar_tensor(i % 2, at::kLong));
  return items;
}

inline auto loaders(std::string const& device, int workers) {
  using Loader = DataLoader<std::vector<toy::Item>>;
  return DataLoaders(std::vector<Loader>{
      Loader(pictures(32), {.batch_size = 8,
                            .workers = workers,
                            .shuffle = true,
                            .seed = 3,
                            .device = at::Device(device),
                            .split_idx = Split::train}),
      Loader(pictures(12),
             {.batch_size = 8, .workers = workers, .device = at::Device(device), .split_idx = Split::valid})});
}

inline fastxx::Sequential net(double dropout) {
  using namespace torch::nn;
  set_seed(1);
  // no bias before a norm: its gradient is rounding alone, and most optimizers make steps of that
  return fastxx::Sequential(Conv2d(Conv2dOptions(3, 8, 3).padding(1).bias(false)), BatchNorm2d(8), ReLU(),
                            Dropout(dropout), Flatten(), Linear(8 * 8 * 8, 2));
}

inline auto learner(std::string const& device, auto optimizer, double dropout = 0, int workers = 0) {
  Learner learn(loaders(device, workers), net(dropout), loss_func(CrossEntropyLossFlat{}),
                opt_func(std::move(optimizer)), metrics(accuracy, F1Score(), RocAucBinary(), Perplexity()));
  toy::quiet(learn);
  return learn;
}

inline double apart(auto const& a, auto const& b) {
  double most = 0;
  for (auto const& [name, tensor] : state_dict(*a.model))
    most = std::max(most,
                    (tensor.cpu() - state_dict(*b.model).at(name).cpu()).abs().template max().template item<double>());
  return most;
}

struct OnGpu {
  bool* right;
  void after_loss(TrainState& learn) const {
    *right = *right && learn.inputs()[0].is_cuda() && learn.pred.is_cuda() && learn.loss.is_cuda() &&
             learn.module().parameters()[0].is_cuda();
  }
};

// The dtype that a product has inside the model, and the weights outside.
struct Dtypes {
  at::ScalarType *product, *weight;
  void after_pred(TrainState& learn) const {
    auto const x = at::ones({2, 2}, learn.inputs()[0].options());
    *product = x.matmul(x).scalar_type();
    *weight = learn.module().parameters()[0].scalar_type();
  }
};

// The same training on both devices.
inline void check_optimizer(auto const& optimizer) {
  auto cpu = learner("cpu", optimizer), gpu = learner("cuda", optimizer);
  cpu.fit_one_cycle(3, {.lr_max = 1e-3});
  bool on_gpu = true;
  gpu.fit_one_cycle(3, {.lr_max = 1e-3}, callbacks(OnGpu{&on_gpu}));
  CHECK(on_gpu);
  CHECK(apart(cpu, gpu) < 1e-3);
  REQUIRE(cpu.recorder().losses.size() == gpu.recorder().losses.size());
  for (std::size_t i = 0; i < cpu.recorder().losses.size(); ++i)
    CHECK(gpu.recorder().losses[i] == doctest::Approx(cpu.recorder().losses[i]).epsilon(1e-3));
  for (std::size_t i = 0; i < cpu.recorder().values.back().size(); ++i)
    CHECK(gpu.recorder().values.back()[i].value() ==
          doctest::Approx(cpu.recorder().values.back()[i].value()).epsilon(1e-3));
}

}  // namespace gpu_test

TEST_CASE("GPU: each optimizer trains to the weights, losses and metrics of the CPU" * gpu_test::needs_gpu()) {
  at::globalContext().setAllowTF32CuBLAS(false), at::globalContext().setAllowTF32CuDNN(false);
  SUBCASE("SGD") { gpu_test::check_optimizer(SGD({.mom = .9})); }
  SUBCASE("Adam") { gpu_test::check_optimizer(Adam{}); }
  SUBCASE("RMSProp") { gpu_test::check_optimizer(RMSProp{}); }
  SUBCASE("RAdam") { gpu_test::check_optimizer(RAdam{}); }
  SUBCASE("QHAdam") { gpu_test::check_optimizer(QHAdam{}); }
  SUBCASE("Larc") { gpu_test::check_optimizer(Larc{}); }
  SUBCASE("Lamb") { gpu_test::check_optimizer(Lamb{}); }
  SUBCASE("ranger") { gpu_test::check_optimizer(ranger()); }
}

TEST_CASE("GPU: predictions come on the CPU, workers and pinned memory give the same; the model follows the data" *
          gpu_test::needs_gpu()) {
  auto plain = gpu_test::learner("cuda", Adam{}), workers = gpu_test::learner("cuda", Adam{}, 0, 2);
  CHECK(plain.get_preds().preds.device().is_cpu());  // before any fit
  CHECK(plain.model->parameters()[0].is_cuda());
  plain.fit(2, 1e-3), workers.fit(2, 1e-3);
  CHECK(gpu_test::apart(plain, workers) < 1e-4);
  auto const predictions = plain.get_preds({.with_input = true});
  CHECK(predictions.preds.device().is_cpu());
  CHECK(predictions.losses.device().is_cpu());
  CHECK(predictions.inputs[0].device().is_cpu());
  CHECK(predictions.preds.size(0) == 12);
  CHECK(plain.validate().size() == 5);
}

TEST_CASE("GPU: what is saved there is read on the CPU, and back" * gpu_test::needs_gpu()) {
  auto const folder = temporary_folder("gpu");
  auto gpu = gpu_test::learner("cuda", Adam{}), cpu = gpu_test::learner("cpu", Adam{});
  gpu.fit(2, 1e-3);
  for (auto const* name : {"model.safetensors", "model.pth"}) {
    gpu.save(folder / name);
    cpu.load(folder / name);
    CHECK(gpu_test::apart(gpu, cpu) == 0);
  }
  cpu.fit(1, 1e-3);
  cpu.save(folder / "model.safetensors");
  gpu.load(folder / "model.safetensors");
  CHECK(gpu_test::apart(gpu, cpu) == 0);
  CHECK(gpu.model->parameters()[0].is_cuda());
  gpu.fit(1, 1e-3);
  std::filesystem::remove_all(folder);
}

TEST_CASE("GPU: a training that was killed goes on with the same bits, dropout's included" * gpu_test::needs_gpu()) {
  at::globalContext().setDeterministicCuDNN(true), at::globalContext().setBenchmarkCuDNN(false);
  auto const folder = temporary_folder("gpu_resume");
  auto const train = [&](char const* name, auto... more) {
    auto learn = gpu_test::learner("cuda", Adam{}, .5);
    set_seed(4);
    try {
      learn.fit_one_cycle(4, {.lr_max = 1e-3}, callbacks(Checkpoint(folder / name), more...));
    } catch (error const&) {
      CHECK(sizeof...(more) > 0);
    }
    return learn;
  };
  auto const whole = train("whole");
  (void)train("killed", disturb::Stop{1});
  at::manual_seed(99);
  auto const resumed = train("killed");
  CHECK(gpu_test::apart(whole, resumed) == 0);
  std::filesystem::remove_all(folder);
}

TEST_CASE("GPU: float16 and bfloat16 by one switch, weights stay float32" * gpu_test::needs_gpu()) {
  auto plain = gpu_test::learner("cuda", Adam{});
  plain.fit_one_cycle(3, {.lr_max = 1e-3});
  for (auto const type : {at::kHalf, at::kBFloat16}) {
    auto learn = gpu_test::learner("cuda", Adam{});
    type == at::kHalf ? learn.to_fp16() : learn.to_bf16();
    at::ScalarType weight = type;
    bool on = false;
    struct Inside {
      bool* on;
      void after_pred(TrainState&) const { *on = at::autocast::is_autocast_enabled(at::kCUDA); }
    };
    at::ScalarType product = at::kFloat;
    learn.fit_one_cycle(3, {.lr_max = 1e-3}, callbacks(gpu_test::Dtypes{&product, &weight}, Inside{&on}));
    CHECK(on);
    CHECK((product == type));
    CHECK((weight == at::kFloat));
    CHECK_FALSE(at::autocast::is_autocast_enabled(at::kCUDA));
    CHECK(gpu_test::apart(plain, learn) > 0);
    CHECK(gpu_test::apart(plain, learn) < 3e-2);
    CHECK((learn.get_preds().preds.scalar_type() == at::kFloat));
    learn.to_fp32();
    learn.fit(1, 1e-3);
  }
}

TEST_CASE("GPU: float16's loss is scaled; a step with an infinite gradient is left out" * gpu_test::needs_gpu()) {
  auto learn = gpu_test::learner("cuda", SGD{});
  std::vector<at::Tensor> weights;
  learn.add_cb(MixedPrecision(AMPMode::fp16, {.scaler = {.scale = 1024, .growth_interval = 1000}}));
  learn.fit(1, 1e-2, callbacks(disturb::Spoil{&weights}));
  REQUIRE(weights.size() == 4);
  CHECK_FALSE(at::equal(weights[0], weights[1]));
  CHECK(at::equal(weights[1], weights[2]));
  CHECK_FALSE(at::equal(weights[2], weights[3]));
  CHECK(learn.get_cb<MixedPrecision>()->skipped_steps() == 1);
  CHECK(learn.get_cb<MixedPrecision>()->scaler().scale() == 512);
}

TEST_CASE("GPU: channels last, and all callbacks together" * gpu_test::needs_gpu()) {
  auto const folder = temporary_folder("gpu_callbacks");
  auto learn = gpu_test::learner("cuda", Adam{}, .2);
  ActivationStats stats({.with_hist = true});
  learn.to_channels_last().to_fp16();
  learn.fit(3, 1e-3,
            callbacks(stats, GradientClip(1), GradientAccumulation(16), MixUp(.4), BnFreeze{}, StopOnNaN{},
                      SaveModel(folder / "best"), EarlyStopping({.patience = 3}), ReduceLROnPlateau({.patience = 2}),
                      Checkpoint(folder / "run")));
  learn.fit(1, 1e-3, callbacks(CutMix(1), MCDropout{}));
  CHECK(stats.layer_stats(0).mean.size() == 12);
  CHECK(std::isfinite(learn.recorder().values.back()[0].value()));
  CHECK(learn.model->parameters()[0].is_contiguous(at::MemoryFormat::ChannelsLast));
  std::filesystem::remove_all(folder);
}

TEST_CASE("GPU: lr_find and summary leave model, optimizer and random numbers as they were" * gpu_test::needs_gpu()) {
  auto learn = gpu_test::learner("cuda", Adam{}, .5), other = gpu_test::learner("cuda", Adam{}, .5);
  set_seed(5);
  learn.fit(1, 1e-3);
  set_seed(5);
  other.fit(1, 1e-3);
  set_seed(7);
  (void)learn.lr_find({.num_it = 20});
  CHECK(learn.summary().find("Conv2d") != std::string::npos);
  learn.fit(1, 1e-3);
  set_seed(7);
  other.fit(1, 1e-3);
  CHECK(gpu_test::apart(learn, other) < 1e-5);
}

TEST_CASE("GPU: batch_norm_act is libtorch's there" * gpu_test::needs_gpu()) {
  torch::nn::BatchNorm2d ours(4), theirs(4);
  ours->to(at::kCUDA), theirs->to(at::kCUDA);
  auto const x = at::randn({4, 4, 5, 5}, at::kCUDA);
  CHECK(at::allclose(batch_norm_act(ours, x), theirs(x).relu()));
  CHECK(at::allclose(ours->running_var, theirs->running_var));
}

TEST_CASE("GPU: a loader that does not say where its batches are leaves the model where it is" *
          gpu_test::needs_gpu()) {
  std::vector<toy::Item> batches;
  for (int i = 0; i < 3; ++i)
    batches.emplace_back(at::randn({4, 3}, at::kCUDA), at::zeros({4}, at::TensorOptions(at::kCUDA).dtype(at::kLong)));
  torch::nn::Linear model(3, 2);
  model->to(at::kCUDA);
  Learner learn(loaders_of(batches, batches), model, loss_func(CrossEntropyLossFlat{}));
  toy::quiet(learn);
  learn.to_fp16().fit(2, 1e-2);
  CHECK(model->weight.is_cuda());
  CHECK(learn.get_preds().preds.device().is_cpu());
  CHECK(model->weight.is_cuda());
}
