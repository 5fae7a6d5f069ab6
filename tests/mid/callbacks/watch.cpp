// Callbacks that look at a training and leave it as it is.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include "learner.hpp"
#include <fastxx/low/nn/carries_state.hpp>
#include <fastxx/low/nn/detail/hooked_layer.hpp>
#include <fastxx/mid/callbacks/activation_stats.hpp>
#include <fastxx/mid/callbacks/collect.hpp>
#include <fastxx/mid/callbacks/hook_callback.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>
#include <fastxx/mid/inspect/model_summary.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// Throws, or evaluates, where a test says so.
struct AfterBatch {
  std::function<void(TrainState&)> act;
  void after_batch(TrainState& learn) { act(learn); }
};
struct Validate {
  static constexpr bool run_valid = false;
  void after_pred(auto& learn) { learn.validate(); }
};

Sequential deep() {
  set_seed(2);
  return Sequential(torch::nn::Linear(3, 4), torch::nn::ReLU(), torch::nn::Linear(4, 1));
}

// Whether somebody still listens: Sequential's own layers are back when nobody does.
bool hooked(Sequential const& net) {
  for (auto const& layer : *net)
    if (layer.type_info() == typeid(fastxx::detail::HookedLayer)) return true;
  return false;
}

}  // namespace

TEST_CASE("HookCallback: hears each layer with parameters in each batch, and leaves nothing on the model") {
  auto learn = regression(3, 4, deep());
  std::vector<std::string> heard;
  std::vector<std::int64_t> steps;
  bool detached = true;
  learn.fit(1, .1, callbacks(HookCallback([&](LayerCall const& call) {
              heard.push_back(call.name);
              if (call.learn.training && call.layer == 0) steps.push_back(call.learn.train_iter);
              detached = detached && !call.outputs.at(0).requires_grad();
              CHECK(call.inputs.at(0).size(1) == (call.layer == 0 ? 3 : 4));
              CHECK(hooked(learn.model));
            })));
  REQUIRE(heard.size() == 12);  // two layers, three batches of training and three of validation
  CHECK(heard[0] == "0");
  CHECK(heard[1] == "2");
  CHECK(steps == std::vector<std::int64_t>{0, 1, 2});
  CHECK(detached);
  CHECK_FALSE(hooked(learn.model));
}

TEST_CASE("HookCallback: every third batch alone, chosen modules, layers without parameters, gradients") {
  auto learn = regression(7, 4, deep());
  std::vector<std::int64_t> steps;
  HookCallback const third([&](LayerCall const& call) { steps.push_back(call.learn.train_iter); },
                           {.modules = {learn.model->ptr(2)}, .every = 3});
  learn.fit(2, .1, callbacks(third));
  CHECK(steps == std::vector<std::int64_t>{0, 3, 6, 9, 12});
  auto six = regression(6, 4, deep());  // no batch of validation counts, though it comes behind the sixth
  int calls = 0;
  six.fit(1, .1, callbacks(HookCallback([&](LayerCall const&) { ++calls; }, {.every = 3})));
  CHECK(calls == 2 * 2);
  torch::nn::Linear const shared(3, 3);  // one layer, though the model calls it twice
  auto twice = regression(1, 4, Sequential(shared, torch::nn::ReLU(), shared, torch::nn::Linear(3, 1)));
  std::vector<std::string> heard;
  twice.fit(1, .1, callbacks(HookCallback([&](LayerCall const& call) { heard.push_back(call.name); })));
  CHECK(heard == std::vector<std::string>{"0", "0", "3", "0", "0", "3"});  // of training, of validation

  std::vector<std::string> names;
  learn.fit(1, .1,
            callbacks(HookCallback([&](LayerCall const& call) { names.push_back(call.name); },
                                   {.every = 100, .include_paramless = true})));
  CHECK(names == std::vector<std::string>{"0", "1", "2"});

  std::vector<at::Tensor> gradients;
  learn.fit(1, 0.,
            callbacks(HookCallback([&](LayerCall const& call) { gradients.push_back(call.outputs.at(0)); },
                                   {.modules = {learn.model->ptr(2)}, .every = 100, .grad = true})));
  REQUIRE(gradients.size() == 1);
  auto const& [x, y] = learn.dls.train()[0];
  CHECK(at::allclose(gradients[0], 2 * (learn.model->forward(x) - y) / 4));  // of the mean of four squares
  CHECK_FALSE(hooked(learn.model));
}

TEST_CASE("HookCallback: an evaluation in an event and lr_find are not heard") {
  auto learn = regression(2, 4, deep());
  int calls = 0;
  learn.add_cb(HookCallback([&](LayerCall const&) { ++calls; }));
  learn.fit(1, .1, callbacks(Validate{}));
  CHECK(calls == 8);
  learn.validate();
  learn.lr_find({.num_it = 20});
  CHECK(calls == 8);
  CHECK_FALSE(hooked(learn.model));
}

TEST_CASE("HookCallback: a fit is heard to its end, whatever is evaluated in its events") {
  auto learn = regression(2, 4, deep());
  int calls = 0;
  learn.fit(1, .1, callbacks(HookCallback([&](LayerCall const&) { ++calls; })));
  int const one_epoch = calls;
  calls = 0;
  learn.fit(3, .1, callbacks(HookCallback([&](LayerCall const&) { ++calls; }), FetchPreds()));
  CHECK(calls == 3 * one_epoch);
}

TEST_CASE("HookCallback: the hooks go when a fit is cancelled and when an error comes out of it") {
  auto learn = regression(3, 4, deep());
  int calls = 0;
  learn.add_cb(HookCallback([&](LayerCall const&) { ++calls; }));
  learn.fit(1, .1, callbacks(AfterBatch{[](auto&) { throw CancelFitException(); }}));
  CHECK(calls == 2);
  CHECK_FALSE(hooked(learn.model));
  CHECK(contains(error_of([&] {
                   learn.fit(1, .1, callbacks(AfterBatch{[](auto&) { throw std::runtime_error("the user's own"); }}));
                 }),
                 "the user's own"));
  CHECK(calls == 4);
  CHECK_FALSE(hooked(learn.model));
  learn.model->forward(points(2, 3));
  CHECK(calls == 4);
}

TEST_CASE("HookCallback: what its function throws ends the fit, as an error or as a cancel") {
  auto learn = regression(3, 4, deep());
  int batches = 0;
  auto const count = AfterBatch{[&](auto&) { ++batches; }};
  auto const e = error_of(
      [&] { learn.fit(1, .1, callbacks(HookCallback([](auto&) { throw std::runtime_error("too large"); }), count)); });
  CHECK(contains(e, "too large"));
  CHECK(contains(e, "HookCallback"));
  learn.fit(1, .1, callbacks(HookCallback([](auto&) { throw CancelFitException(); }), count));
  CHECK(batches == 0);
  CHECK_FALSE(hooked(learn.model));
}

TEST_CASE("HookCallback: what cannot be is one sentence") {
  CHECK(key_of([] { HookCallback(nullptr); }) == "hook_callback.function");
  CHECK(key_of([] { HookCallback([](auto&) {}, {.every = -1}); }) == "hook_callback.every");
  auto learn = regression(1, 4, deep());
  CHECK(contains(error_of([&] {
                   learn.fit(1, .1, callbacks(HookCallback([](auto&) {}, {.modules = {torch::nn::Linear(3, 1)}})));
                 }),
                 "[hook.not_in_model]"));
}

TEST_CASE(
    "ActivationStats: mean, spread, share near zero and histogram are fastai's (tests/parity/activation_stats.py)") {
  auto learn = regression(3, 4, deep());
  at::NoGradGuard const no_grad;
  for (auto& p : learn.model->parameters())
    p.copy_(at::arange(p.numel(), at::kFloat).view(p.sizes()).mul(1.5).sin().mul(2));
  at::AutoGradMode const grad(true);
  ActivationStats const stats({.with_hist = true, .include_paramless = true});
  learn.fit(1, 0., callbacks(stats));
  REQUIRE(stats.n_layers() == 3);
  CHECK(stats.names() == std::vector<std::string>{"0", "1", "2"});
  CHECK(stats.steps() == std::vector<std::int64_t>{0, 1, 2});
  struct {
    double mean[3], std[3], near_zero;
  } const expected[3] = {
      {{0.20177623629570007, 0.22966650128364563, 0.25755685567855835},
       {1.5441701412200928, 1.5655397176742554, 1.6058645248413086},
       .5},
      {{0.7836452722549438, 0.8246287107467651, 0.865612268447876},
       {0.9329840540885925, 0.9416213631629944, 0.963891327381134},
       .5},
      {{3.9665145874023438, 3.8392562866210938, 3.7119977474212646},
       {0.5569242238998413, 0.5569242835044861, 0.5569241642951965},
       0},
  };
  for (std::size_t layer = 0; layer < 3; ++layer)
    for (std::size_t step = 0; step < 3; ++step) {
      CHECK(stats.layer_stats(layer).mean[step] == doctest::Approx(expected[layer].mean[step]).epsilon(1e-6));
      CHECK(stats.layer_stats(layer).std[step] == doctest::Approx(expected[layer].std[step]).epsilon(1e-6));
      CHECK(stats.layer_stats(layer).near_zero[step] == expected[layer].near_zero);
    }
  int const counts[3][10] = {
      {8, 1, 0, 1, 0, 1, 1, 2, 1, 1}, {8, 1, 0, 0, 1, 0, 2, 1, 3, 0}, {8, 0, 1, 0, 0, 1, 2, 2, 1, 1}};
  auto const hist = stats.hist(1);
  for (std::size_t bin = 0; bin < 40; ++bin)
    for (std::size_t step = 0; step < 3; ++step)
      CHECK(hist[bin][step] == doctest::Approx(std::log1p(bin < 10 ? counts[step][bin] : 0)));
}

TEST_CASE("ActivationStats: what it measures is what torch does, in one pass and on a GPU's way") {
  using fastxx::detail::activation_bins;
  set_seed(3);
  for (auto const& x : {at::randn({7, 5}) * 3 + 1, at::rand({100}) * 12 - 1, at::full({5}, 1000.F),

                        at::tensor({0.F, 10.F, .05F, .25F, 10.5F, -1.F, 9.99F, 3.25F}), at::randn({4, 6}).t(),
                        at::arange(9), at::full({1}, 2.F)}) {
    auto const numbers = x.to(at::kFloat);
    auto const hist = at::histc(numbers, activation_bins, 0, 10);
    for (auto const& found : {fastxx::detail::tensor_stats(x, true), fastxx::detail::stats_by_operators(x, true)}) {
      CHECK(found.mean == doctest::Approx(numbers.mean().item<double>()).epsilon(1e-5));
      if (x.numel() > 1) CHECK(std::abs(found.std - numbers.std().item<double>()) < 1e-5);
      if (x.numel() == 1) CHECK(std::isnan(found.std));
      CHECK(found.near_zero == doctest::Approx(numbers.le(.05).to(at::kDouble).mean().item<double>()));
      for (std::size_t bin = 0; bin < activation_bins; ++bin)
        CHECK(found.hist[bin] == hist[static_cast<std::int64_t>(bin)].item<double>());
    }
  }
}

TEST_CASE("ActivationStats: numbers far from zero keep their spread") {
  float const base = 1e12F, step = 65536;  // floats of this size are so far apart
  auto const far = fastxx::detail::tensor_stats((at::arange(100000) % 2).to(at::kFloat) * step + base, false);
  CHECK(far.mean == double{base} + step / 2);
  CHECK(far.std == doctest::Approx(step / 2 * std::sqrt(100000. / 99999)));
  float const inf = std::numeric_limits<float>::infinity();
  CHECK(std::isinf(fastxx::detail::tensor_stats(at::tensor({inf, 1.F}), false).mean));
}

TEST_CASE("ActivationStats: every so many batches; a long training keeps max_steps rows at most, evenly spread") {
  auto learn = regression(10, 4, deep());
  ActivationStats const some({.every = 4});
  learn.fit(1, .1, callbacks(some));
  CHECK(some.steps() == std::vector<std::int64_t>{0, 4, 8});
  ActivationStats const few({.with_hist = true, .max_steps = 8});
  learn.fit(4, .1, callbacks(few));
  CHECK(few.steps() == std::vector<std::int64_t>{0, 8, 16, 24, 32});
  CHECK(few.layer_stats(1).mean.size() == 5);
  CHECK(few.hist(1)[0].size() == 5);
  CHECK(few.hist(1).size() == 40);
  learn.add_cb(few);
  learn.fit(4, .1);
  learn.fit(1, .1);  // 10 batches: it begins with each of them again
  CHECK(few.steps() == std::vector<std::int64_t>{0, 2, 4, 6, 8});
}

TEST_CASE("ActivationStats: an evaluation in an event changes nothing; a layer that is not called leaves NaN") {
  auto plain = regression(3, 4, deep()), busy = regression(3, 4, deep());
  ActivationStats const alone, beside;
  plain.fit(1, .1, callbacks(alone));
  busy.fit(1, .1, callbacks(beside, Validate{}));
  CHECK(alone.layer_stats(0).mean == beside.layer_stats(0).mean);
  CHECK(alone.layer_stats(1).std == beside.layer_stats(1).std);
  busy.validate();
  CHECK(beside.steps().size() == 3);

  fastxx::detail::ActivationRecord record;
  record.layers.resize(2), record.pending.resize(2);
  record.pending[0] = {{1, 2, .5, {}}};
  record.add_row(0);
  record.pending[1] = {{3, 4, .25, {}}};
  record.add_row(1);
  record.add_row(2);  // no layer was called
  CHECK(record.steps == std::vector<std::int64_t>{0, 1});
  CHECK(record.layers[0][0].stats.mean[0] == 1);
  CHECK(std::isnan(record.layers[0][0].stats.mean[1]));
  CHECK(std::isnan(record.layers[1][0].stats.near_zero[0]));
  CHECK(record.layers[1][0].stats.near_zero[1] == .25);
}

TEST_CASE("ActivationStats: the pictures; what cannot be is one sentence") {
  auto const folder = temporary_folder("activation_stats");
  auto learn = regression(30, 4, deep());
  ActivationStats const stats({.with_hist = true});
  learn.fit(1, .1, callbacks(stats));
  CHECK(stats.plot_layer_stats(0, folder / "stats.png") == (folder / "stats.png").string());
  CHECK(std::filesystem::file_size(folder / "stats.png") > 3000);
  stats.color_dim(1, folder / "hist.png");
  CHECK(std::filesystem::file_size(folder / "hist.png") > 500);
  std::filesystem::remove_all(folder);
  CHECK(contains(error_of([&] { stats.layer_stats(2); }), "[activation_stats.layer]"));
  CHECK(contains(error_of([&] { stats.layer_stats(0, 1); }), "output 1"));
  CHECK(key_of([&] { stats.plot_layer_stats(0, folder / "gone" / "a.png"); }) == "file.write");
  CHECK(key_of([] { ActivationStats().layer_stats(0); }) == "activation_stats.layer");
  ActivationStats const plain;
  learn.fit(1, .1, callbacks(plain));
  CHECK(key_of([&] { plain.hist(0); }) == "activation_stats.no_hist");
  CHECK(key_of([] { ActivationStats({.every = 0}); }) == "activation_stats.options");
  CHECK(key_of([] { ActivationStats({.max_steps = 1}); }) == "activation_stats.options");
}

namespace {

// A network that calls one of its layers directly, leaves one out, calls one twice, and has parameters of its own, one of
// which is a layer's too.
struct OddImpl : torch::nn::Module, CarriesState {
  OddImpl() { register_parameter("tied", first->weight); }
  at::Tensor forward(at::Tensor const& x) {
    ++carried;
    calls.add_(1);
    return second->forward(relu->forward(first->forward(x))) * scale;
  }
  void reset_state() override { carried = 0; }
  torch::nn::Linear first = register_module("first", torch::nn::Linear(3, 3)),
                    second = register_module("second", first),
                    unused = register_module("unused", torch::nn::Linear(torch::nn::LinearOptions(40, 50).bias(false)));
  torch::nn::ReLU relu = register_module("relu", torch::nn::ReLU());
  at::Tensor scale = register_parameter("scale", at::ones({1})), calls = register_buffer("calls", at::zeros({1}));
  int carried = 0;
};
TORCH_MODULE(Odd);

struct SummaryInside {
  void after_batch(auto& learn) { learn.summary(); }
};

// The lines of a table, with one space for many.
std::vector<std::string> lines_of_text(std::string const& text) {
  std::vector<std::string> lines(1);
  for (char const c : text) {
    if (c == '\n') {
      while (lines.back().ends_with(' ')) lines.back().pop_back();
      lines.emplace_back();
    } else if (c != ' ' || !lines.back().ends_with(' ')) {
      lines.back() += c;
    }
  }
  return lines;
}

bool has_line(std::string const& text, std::string const& line) {
  auto const lines = lines_of_text(text);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE(
    "Learner::summary: layers, shapes, parameters, totals, and what trains them; before any fit, and nothing changes") {
  set_seed(4);
  Sequential net(torch::nn::Linear(3, 400), torch::nn::BatchNorm1d(400), torch::nn::ReLU(), torch::nn::Dropout(.5),
                 torch::nn::Linear(400, 1));
  for (auto& p : net->ptr(0)->parameters()) p.set_requires_grad(false);
  net->ptr(1)->parameters()[0].set_requires_grad(false);
  auto learn = regression(2, 4, net);
  net->ptr(3)->eval();
  auto const state = clone_state(state_dict(*net));
  auto const random = at::globalContext().defaultGenerator(at::kCPU).get_state().clone();
  std::string const text = learn.summary();
  CHECK(has_line(text, "Sequential, inputs (4, 3)"));
  CHECK(has_line(text, "Layer Type Output shape Parameters Trainable"));
  CHECK(has_line(text, "0 Linear (4, 400) 1,600 no"));
  CHECK(has_line(text, "1 BatchNorm1d (4, 400) 800 in part"));
  CHECK(has_line(text, "2 ReLU (4, 400)"));
  CHECK(has_line(text, "3 Dropout (4, 400)"));
  CHECK(has_line(text, "4 Linear (4, 1) 401 yes"));
  CHECK(has_line(text, "Parameters: 2,801 in all, 801 trainable, 2,000 not"));
  CHECK(has_line(text, "Optimizer: SGD"));
  CHECK(has_line(text, "Loss: MSELossFlat"));
  CHECK(contains(text, "TrainEvalCallback\n  StopOnNaN\n  Recorder\n  ProgressCallback\n"));
  CHECK_FALSE(contains(text, "frozen"));
  CHECK(contains(module_summary(net, at::ones({1, 3})), "(1, 400)"));  // a norm in training refuses a single item
  for (auto const& [name, tensor] : state_dict(*net)) CHECK(at::equal(tensor, state.at(name)));
  CHECK(net->is_training());
  CHECK_FALSE(net->ptr(3)->is_training());
  CHECK(at::equal(at::globalContext().defaultGenerator(at::kCPU).get_state(), random));
  CHECK_FALSE(hooked(net));
  for (auto& p : net->parameters()) p.set_requires_grad(true);
  learn.fit(1, .1);
  CHECK(contains(learn.summary(), "Model: unfrozen"));
  learn.loss_func = [](at::Tensor const& p, at::Tensor const& t) { return at::mse_loss(p, t); };
  CHECK(has_line(learn.summary(), "Loss: a function"));
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(SummaryInside{})); }), "summary"));
  auto none = learner({}, {}, linear(3, 1), MSELossFlat{});
  CHECK(key_of([&] { none.summary(); }) == "summary.empty");
}

TEST_CASE(
    "module_summary: what cannot be heard, what is not called, shared and own parameters; an error changes nothing") {
  Odd net;
  net->carried = 5;
  std::string const text = module_summary(net, at::ones({2, 3}));
  CHECK(has_line(text, "Odd, inputs (2, 3)"));
  CHECK(has_line(text, "(model) Odd (2, 3) 10 yes"));
  CHECK(has_line(text, "first Linear (2, 3) 12 yes"));
  CHECK_FALSE(contains(text, "second"));  // the same layer
  CHECK(has_line(text, "relu ReLU ?"));
  CHECK(has_line(text, "unused Linear not called 2,000 yes"));
  CHECK(has_line(text, "Parameters: 2,013 in all, 2,013 trainable, 0 not"));
  CHECK(net->carried == 0);
  CHECK(net->calls.item<float>() == 0);
  CHECK_THROWS(module_summary(net, at::ones({2, 4})));
  CHECK(net->is_training());
  CHECK(module_summary(torch::nn::Linear(2, 2), at::ones({1, 2})).starts_with("Linear, inputs (1, 2)"));
}
