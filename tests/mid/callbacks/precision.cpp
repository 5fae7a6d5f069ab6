// Memory format and precision of training: the same numbers in another order, nearly the same with fewer digits.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include "../train/toy.hpp"
#include "disturb.hpp"
#include <fastxx/low/torch/autocast.hpp>
#include <fastxx/mid/callbacks/channels_last.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/callbacks/mixed_precision.hpp>
#include <fastxx/mid/data/foreign_loaders.hpp>
#include <fastxx/mid/train/checkpoint.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace precision_test {

using Batches = std::vector<std::tuple<at::Tensor, at::Tensor>>;

// The Learner type of callbacks.cpp.
inline auto learner(Batches batches, Sequential net, auto optimizer) {
  auto loaders = loaders_of(batches, batches);
  Learner learn(std::move(loaders), std::move(net), loss_func(CrossEntropyLossFlat{}), opt_func(std::move(optimizer)));
  toy::quiet(learn);
  return learn;
}

inline Batches pictures() {
  Batches batches;
  for (int b = 0; b < 3; ++b)
    batches.emplace_back(at::arange(4 * 3 * 6 * 5, at::kFloat).add(100. * b).mul(.37).sin().view({4, 3, 6, 5}),
                         at::tensor({0, 1, 1, 0}, at::kLong));
  return batches;
}

inline fastxx::Sequential convolutions() {
  using namespace torch::nn;
  set_seed(1);
  return fastxx::Sequential(Conv2d(Conv2dOptions(3, 8, 3).padding(1)), BatchNorm2d(8), ReLU(), Conv2d(8, 4, 3), ReLU(),
                            Flatten(), Linear(4 * 4 * 3, 2));
}

inline auto picture_learner() { return learner(pictures(), convolutions(), Adam{}); }

// Runs functions of the test at events.
struct Watch {
  std::function<void(TrainState&)> before_model = {}, after_loss_ = {}, before_step_ = {};
  static constexpr int order = CallbackOrder::recorder - 1;
  void before_batch(TrainState& learn) {
    if (before_model) before_model(learn);
  }
  void after_loss(TrainState& learn) {
    if (after_loss_) after_loss_(learn);
  }
  void before_step(TrainState& learn) {
    if (before_step_) before_step_(learn);
  }
};

inline bool is_last(at::Tensor const& x) {
  return x.is_contiguous(at::MemoryFormat::ChannelsLast) && !x.is_contiguous();
}

inline void require_close(torch::nn::Module const& a, torch::nn::Module const& b, double tolerance) {
  auto const mine = state_dict(a), theirs = state_dict(b);
  REQUIRE(mine.size() == theirs.size());
  for (auto const& [name, tensor] : mine) {
    CAPTURE(name);
    CHECK(at::allclose(tensor, theirs.at(name), tolerance, tolerance));
  }
}

inline int count(std::string const& text, std::string const& word) {
  int found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

inline std::string bytes_of(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace precision_test

TEST_CASE("ChannelsLast: weights and pictures are in that order, losses and weights the same within rounding") {
  namespace t = precision_test;
  auto plain = t::picture_learner(), last = t::picture_learner();
  auto const& [x, y] = last.dls.train()[0];
  std::vector<void*> const places{last.model->parameters()[0].unsafeGetTensorImpl()};
  int seen = 0;
  last.fit(1, 1e-2);  // an optimizer with state, in the usual order
  plain.fit(1, 1e-2);
  CHECK(&last.to_channels_last() == &last);
  plain.fit(2, 1e-2);
  last.fit(2, 1e-2, callbacks(t::Watch{.before_model = [&](TrainState& state) {
             seen += t::is_last(state.inputs()[0]) && t::is_last(state.module().parameters()[0]);
           }}));
  CHECK(seen == 2 * 6);  // training and validation
  CHECK(last.model->parameters()[0].unsafeGetTensorImpl() == places[0]);
  CHECK(x.is_contiguous());  // the data themselves stay
  t::require_close(*plain.model, *last.model, 1e-4);
  REQUIRE(plain.recorder().losses.size() == last.recorder().losses.size());
  for (std::size_t i = 0; i < plain.recorder().losses.size(); ++i)
    CHECK(last.recorder().losses[i] == doctest::Approx(plain.recorder().losses[i]).epsilon(1e-4));
  CHECK(at::allclose(plain.get_preds().preds, last.get_preds().preds, 1e-4, 1e-4));
}

TEST_CASE("ChannelsLast: what is saved does not show the order; to_contiguous goes back, twice is once") {
  namespace t = precision_test;
  auto const folder = temporary_folder("channels_last");
  auto learn = t::picture_learner();
  learn.fit(1, 1e-2);
  learn.save(folder / "plain.safetensors");
  learn.to_channels_last().to_channels_last();
  auto const text = learn.show_training_loop();
  CHECK(t::count(text, "ChannelsLast") == 2);  // before_fit and before_batch
  learn.validate();                            // nothing is learnt, everything is put in order
  CHECK(t::is_last(learn.model->parameters()[0]));
  learn.save(folder / "last.safetensors");
  CHECK(t::bytes_of(folder / "plain.safetensors") == t::bytes_of(folder / "last.safetensors"));
  learn.load(folder / "plain.safetensors");
  CHECK(t::is_last(learn.model->parameters()[0]));
  learn.to_contiguous();
  CHECK(learn.get_cb<ChannelsLast>() == nullptr);  // both would have gone: no more than one was there
  for (auto const& parameter : learn.model->parameters()) CHECK(parameter.is_contiguous());
  bool usual = true;
  learn.fit(1, 1e-2, callbacks(t::Watch{.before_model = [&](TrainState& state) {
              usual = usual && state.inputs()[0].is_contiguous() && state.module().parameters()[0].is_contiguous();
            }}));
  CHECK(usual);
  std::filesystem::remove_all(folder);
}

TEST_CASE("ChannelsLast: inputs that are no pictures are left alone; a switch inside a fit is refused") {
  namespace t = precision_test;
  set_seed(1);
  t::Batches const rows{{at::ones({4, 3}), at::tensor({0, 1, 1, 0}, at::kLong)}};
  auto learn = t::learner(rows, Sequential(torch::nn::Linear(3, 2)), SGD{});
  learn.to_channels_last();
  at::Tensor x;
  learn.fit(1, .1, callbacks(t::Watch{.before_model = [&](TrainState& state) { x = state.inputs()[0]; }}));
  CHECK(x.is_same(std::get<0>(rows[0])));
  auto const inside = [&](auto change) {
    return key_of([&] { learn.fit(1, .1, callbacks(t::Watch{.before_model = [&](TrainState&) { change(); }})); });
  };
  CHECK(inside([&] { learn.to_channels_last(); }) == "learner.in_fit");
  CHECK(inside([&] { learn.to_contiguous(); }) == "learner.in_fit");
}

namespace precision_test {

inline bool autocast_is_off() {
  return !at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

// A layer that notes what libtorch does inside the model.
struct SpyImpl : torch::nn::Module {
  bool* on;
  at::ScalarType* type;
  bool* fail;
  SpyImpl(bool* on_, at::ScalarType* type_, bool* fail_) : on(on_), type(type_), fail(fail_) {}
  at::Tensor forward(at::Tensor const& x) {
    *on = at::autocast::is_autocast_enabled(at::kCPU);
    *type = x.scalar_type();
    if (*fail) throw std::runtime_error("the model gives up");
    return x;
  }
};
TORCH_MODULE(Spy);

struct Spied {
  bool on = false, fail = false;
  at::ScalarType type = at::kFloat;
};

inline auto spied_learner(Spied& seen, auto optimizer) {
  set_seed(1);
  return learner({{at::arange(24, at::kFloat).sin().view({8, 3}), at::tensor({0, 1, 1, 0, 0, 1, 0, 1}, at::kLong)},
                  {at::arange(24, at::kFloat).cos().view({8, 3}), at::tensor({1, 1, 1, 0, 0, 1, 0, 0}, at::kLong)}},
                 fastxx::Sequential(torch::nn::Linear(3, 4), Spy(&seen.on, &seen.type, &seen.fail), torch::nn::ReLU(),
                                    torch::nn::Linear(4, 2)),
                 std::move(optimizer));
}

// MixedPrecision with a scaled loss, which on the CPU only bfloat16 can have.
inline MixedPrecision scaled(GradScalerOptions const& options = {}) {
  return MixedPrecision(AMPMode::bf16, {.scaler = options, .scale_loss = LossScaling::on});
}

constexpr float infinity = std::numeric_limits<float>::infinity();

inline bool is(at::Tensor const& x, at::ScalarType type) { return x.scalar_type() == type; }

struct Interrupt {
  int how;
  void after_pred(TrainState&) const {
    if (how == 0) throw CancelBatchException();
    if (how == 1) throw CancelFitException();
    if (how == 2) throw std::runtime_error("no");
  }
};

struct Evaluate {
  bool* still_on;
  void after_pred(auto& learn) const {
    if (learn.evaluating) return;
    learn.validate();
    *still_on = at::autocast::is_autocast_enabled(at::kCPU);
  }
};

}  // namespace precision_test

TEST_CASE("Autocast: products in bfloat16 while it lives; one inside another, and an error, put back what was there") {
  namespace t = precision_test;
  auto const x = at::randn({3, 4}), w = at::randn({4, 2});
  {
    Autocast const outer;
    CHECK(t::is(x.matmul(w), at::kBFloat16));
    CHECK(t::is(x.exp(), at::kFloat));
    { Autocast const inner; }
    CHECK(at::autocast::is_autocast_enabled(at::kCPU));
  }
  CHECK(t::is(x.matmul(w), at::kFloat));
  CHECK_THROWS_AS(
      [&] {
        Autocast const scope;
        throw std::runtime_error("no");
      }(),
      std::runtime_error);
  CHECK(t::autocast_is_off());
  CHECK(key_of([] { Autocast({.dtype = at::kHalf}); }) == "precision.fp16_cpu");
  CHECK(key_of([] { Autocast({.dtype = at::kFloat}); }) == "precision.dtype");
  CHECK(key_of([] { Autocast({.device = at::kXLA}); }) == "precision.device");
  CHECK(t::autocast_is_off());
}

TEST_CASE("Autocast: weights that were cast without a gradient inside have one outside") {
  auto const x = at::ones({2, 3}), w = at::ones({3, 2}).set_requires_grad(true);
  Autocast const outer;
  {
    at::NoGradGuard const no_grad;
    Autocast const inner;
    (void)x.matmul(w);
  }
  CHECK(x.matmul(w).requires_grad());
}

TEST_CASE("MixedPrecision: model and loss under autocast in training and validation, everything else in float32") {
  namespace t = precision_test;
  t::Spied seen;
  auto learn = t::spied_learner(seen, Adam{}), plain = t::spied_learner(seen, Adam{});
  plain.fit(3, 1e-2);
  CHECK_FALSE(seen.on);
  CHECK(&learn.to_bf16() == &learn);
  int events = 0, batches = 0, right = 0;
  learn.fit(3, 1e-2,
            callbacks(t::Watch{.before_model = [&](auto&) { events += t::autocast_is_off(); },
                               .after_loss_ =
                                   [&](TrainState& state) {
                                     ++batches;
                                     right += seen.on && seen.type == at::kBFloat16 && t::autocast_is_off() &&
                                              state.pred.scalar_type() == at::kFloat &&
                                              state.loss.scalar_type() == at::kFloat;
                                   },
                               .before_step_ =
                                   [&](TrainState& state) {
                                     auto const p = state.module().parameters()[0];
                                     events += p.scalar_type() == at::kFloat && p.grad().scalar_type() == at::kFloat;
                                   }}));
  CHECK(batches == 12);
  CHECK(right == batches);
  CHECK(events == 12 + 6);
  CHECK(t::is(learn.get_preds().preds, at::kFloat));
  CHECK_FALSE(at::equal(plain.model->parameters()[0], learn.model->parameters()[0]));  // fewer digits show
  t::require_close(*plain.model, *learn.model, 2e-2);
  learn.to_fp32();
  learn.validate();
  CHECK_FALSE(seen.on);
  CHECK(learn.get_cb<MixedPrecision>() == nullptr);
}

TEST_CASE("MixedPrecision: after an error, a cancel or an evaluation inside a batch autocast is as it was") {
  namespace t = precision_test;
  t::Spied seen;
  auto learn = t::spied_learner(seen, SGD{});
  learn.to_bf16();
  seen.fail = true;
  CHECK(key_of([&] { learn.fit(1, .1); }) == "learner.model");
  CHECK(seen.on);
  CHECK(t::autocast_is_off());
  CHECK(key_of([&] { learn.validate(); }) == "learner.model");
  CHECK(t::autocast_is_off());
  seen.fail = false;
  for (int how = 0; how < 3; ++how) {
    auto const key = key_of([&] { learn.fit(1, .1, callbacks(t::Interrupt{how})); });
    CHECK(key == (how == 2 ? "callback.failed" : "no error"));
    CHECK(t::autocast_is_off());
  }
  learn.fit(1, .1);
  CHECK(seen.on);
  struct Remove {
    void after_batch(TrainState& state) const { state.remove_cb<MixedPrecision>(); }
  };
  auto other = t::spied_learner(seen, SGD{});
  other.add_cb(MixedPrecision(AMPMode::bf16));
  std::vector<bool> on;
  other.fit(1, .1, callbacks(Remove{}, t::Watch{.after_loss_ = [&](auto&) { on.push_back(seen.on); }}));
  CHECK(on == std::vector{true, false, false, false});
  bool still_on = false;
  learn.fit(1, .1, callbacks(t::Evaluate{&still_on}));
  CHECK(still_on);
  CHECK(t::autocast_is_off());
}

TEST_CASE("MixedPrecision: a switch takes the place of the former; what cannot be is refused and changes nothing") {
  namespace t = precision_test;
  t::Spied seen;
  auto learn = t::spied_learner(seen, SGD{});
  learn.to_bf16().to_bf16();
  auto const once = t::spied_learner(seen, SGD{}).to_bf16().show_training_loop();
  CHECK(t::count(once, "MixedPrecision") > 0);
  CHECK(t::count(learn.show_training_loop(), "MixedPrecision") == t::count(once, "MixedPrecision"));
  auto const refused = error_of([&] { learn.to_fp16(); });
  CHECK(contains(refused, "[precision.fp16_cpu]"));
  CHECK(contains(refused, "to_bf16()"));
  REQUIRE(learn.get_cb<MixedPrecision>() != nullptr);
  CHECK((learn.get_cb<MixedPrecision>()->mode() == AMPMode::bf16));
  learn.to_fp32().to_fp32();
  CHECK(learn.get_cb<MixedPrecision>() == nullptr);
  CHECK(key_of([&] { learn.fit(1, .1, callbacks(MixedPrecision())); }) == "precision.fp16_cpu");
  CHECK(key_of([&] { learn.fit(1, .1, callbacks(t::Watch{.before_model = [&](auto&) { learn.to_bf16(); }})); }) ==
        "learner.in_fit");
  CHECK(key_of([&] { learn.fit(1, .1, callbacks(t::Watch{.before_model = [&](auto&) { learn.to_fp32(); }})); }) ==
        "learner.in_fit");
}

TEST_CASE("MixedPrecision: all parts of what a model gives have their digits again") {
  namespace t = precision_test;
  auto const half = at::ones({2}, at::kBFloat16);
  std::tuple<at::Tensor, std::vector<at::Tensor>> output{half, {half, at::ones({1}, at::kLong)}};
  fastxx::detail::restore_output(output);
  CHECK(t::is(std::get<0>(output), at::kFloat));
  CHECK(t::is(std::get<1>(output)[0], at::kFloat));
  CHECK(t::is(std::get<1>(output)[1], at::kLong));
  struct Named {
    at::Tensor prediction;
  } named{half};
  fastxx::detail::restore_output(named);
  CHECK(t::is(named.prediction, at::kFloat));
}

TEST_CASE("GradScaler: the scale by arithmetic: half after infinity or NaN, double after enough good steps") {
  namespace t = precision_test;
  GradScaler scaler({.growth_interval = 3});
  CHECK(scaler.scale() == 65536);
  CHECK(scaler.scale(at::full({1}, 2.F)).item<float>() == 131072);
  auto const good = [&] {
    auto const gradient = at::full({3}, 65536.F), other = at::full({2, 2}, 32768.F, at::kBFloat16);
    auto const finite = scaler.unscale({gradient, at::Tensor(), at::empty({0}), other});
    CHECK(gradient[0].item<double>() == 65536 / scaler.scale());
    CHECK(other[1][1].item<double>() == 32768 / scaler.scale());
    scaler.update();
    return finite;
  };
  CHECK(good());
  CHECK(good());
  CHECK(scaler.scale() == 65536);
  CHECK(good());
  CHECK(scaler.scale() == 131072);
  CHECK(good());
  for (float const bad : {t::infinity, -t::infinity, std::numeric_limits<float>::quiet_NaN()})
    for (std::int64_t const place : {0, 8, 16}) {
      auto const before = scaler.scale();
      auto gradient = at::ones({17});
      gradient[place] = bad;
      CHECK_FALSE(scaler.unscale({at::ones({2}), gradient, at::ones({2})}));
      scaler.update();
      CHECK(scaler.scale() == before / 2);
      CHECK(scaler.good_steps() == 0);
    }
  CHECK_FALSE(scaler.unscale({at::full({1}, t::infinity)}));
  CHECK_FALSE(scaler.unscale({at::ones({1})}));  // of two optimizers one is enough
  scaler.update();
  CHECK(scaler.unscale({at::ones({1})}));  // and forgotten then
  auto const rows = at::sparse_coo_tensor(at::tensor({1, 1}, at::kLong).view({1, 2}), at::ones({2, 3}), {4, 3});
  CHECK(scaler.unscale({rows}));
  CHECK(rows.to_dense().sum().item<double>() == 6 / scaler.scale());
  CHECK(scaler.unscale({}));
}

TEST_CASE("GradScaler: never infinite and never nothing; bad settings and the wrong order are refused") {
  namespace t = precision_test;
  GradScaler large({.scale = 3e38, .growth_interval = 1}), small({.scale = 1e-37});
  (void)large.unscale({at::ones({1})}), large.update();
  CHECK(large.scale() == 3e38);
  for (int i = 0; i < 40; ++i) (void)small.unscale({at::full({1}, t::infinity)}), small.update();
  CHECK(small.scale() == double{std::numeric_limits<float>::min()});
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (GradScalerOptions const& bad : {GradScalerOptions{.scale = 0},
                                       {.scale = -1},
                                       {.scale = nan},
                                       {.scale = 1e39},
                                       {.growth_factor = 1},
                                       {.growth_factor = nan},
                                       {.growth_factor = double{t::infinity}},
                                       {.backoff_factor = 1},
                                       {.backoff_factor = 0},
                                       {.backoff_factor = nan},
                                       {.growth_interval = 0}})
    CHECK(key_of([&] { (void)GradScaler(bad); }) == "grad_scaler.options");
  GradScaler scaler;
  CHECK(key_of([&] { scaler.update(); }) == "grad_scaler.update");
  (void)scaler.unscale({at::ones({1})}), scaler.update();
  CHECK(key_of([&] { scaler.update(); }) == "grad_scaler.update");  // once for each unscale
  CHECK(key_of([&] { (void)scaler.unscale({at::ones({1}, at::kHalf)}); }) == "grad_scaler.fp16_gradient");
}

TEST_CASE("MixedPrecision: a scaled loss gives the same steps, and GradientClip sees gradients of their own size") {
  namespace t = precision_test;
  t::Spied seen;
  auto scaled = t::spied_learner(seen, SGD{}), plain = t::spied_learner(seen, SGD{});
  auto const parts = [](MixedPrecision precision, std::vector<double>& losses) {
    return callbacks(std::move(precision), GradientClip(.05),
                     t::Watch{.after_loss_ = [&losses](TrainState& state) { losses.push_back(state.loss_value()); }});
  };
  std::vector<double> of_scaled, of_plain;
  scaled.fit(2, .1, parts(t::scaled({.scale = 1024}), of_scaled));
  plain.fit(2, .1, parts(MixedPrecision(AMPMode::bf16), of_plain));
  CHECK(of_scaled == of_plain);  // powers of two change no digit
  for (std::size_t i = 0; i < 4; ++i) CHECK(at::equal(scaled.model->parameters()[i], plain.model->parameters()[i]));
}

TEST_CASE("MixedPrecision: a step with an infinite gradient is left out, the scale is halved, training goes on") {
  namespace t = precision_test;
  t::Spied seen;
  auto learn = t::spied_learner(seen, SGD{});
  std::vector<at::Tensor> weights;
  int steps = 0;
  learn.add_cb(t::scaled({.growth_interval = 2}));
  learn.fit(2, .1, callbacks(disturb::Spoil{&weights}, t::Watch{.before_step_ = [&](auto&) { ++steps; }}));
  REQUIRE(weights.size() == 4);
  CHECK_FALSE(at::equal(weights[0], weights[1]));
  CHECK(at::equal(weights[1], weights[2]));  // the second step was left out
  CHECK_FALSE(at::equal(weights[2], weights[3]));
  CHECK(steps == 3);
  auto const& precision = *learn.get_cb<MixedPrecision>();
  CHECK(precision.skipped_steps() == 1);
  CHECK(precision.scaler().scale() == 65536);  // halved by the second, doubled by the fourth
  CHECK(precision.scaler().good_steps() == 0);
  learn.validate();
  CHECK(precision.skipped_steps() == 1);  // an evaluation leaves no trace
  learn.fit(1, .1);
  CHECK(precision.skipped_steps() == 0);  // each fit begins anew
  learn.fit(1, .1);
  CHECK(precision.scaler().scale() == 131072);  // doubled by the two steps of this fit
}

TEST_CASE("MixedPrecision: a layer that is there twice is unscaled once; batches that add up share one scale") {
  namespace t = precision_test;
  t::Batches const rows{{at::ones({4, 3}), at::tensor({0, 1, 1, 2}, at::kLong)},
                        {at::ones({4, 3}).mul(.5), at::tensor({2, 1, 1, 0}, at::kLong)}};
  auto const twice = [&] {
    set_seed(2);
    torch::nn::Linear const layer(3, 3);
    return t::learner(rows, fastxx::Sequential(layer, layer), SGD{});
  };
  auto scaled = twice(), plain = twice();
  scaled.fit(2, .1, callbacks(t::scaled(), GradientAccumulation(8)));
  plain.fit(2, .1, callbacks(MixedPrecision(AMPMode::bf16), GradientAccumulation(8)));
  CHECK(at::equal(scaled.model->parameters()[0], plain.model->parameters()[0]));
}

TEST_CASE("MixedPrecision: a checkpoint keeps the scale, and a file may say any number") {
  namespace t = precision_test;
  auto const folder = temporary_folder("mixed_precision");
  auto const path = folder / "run";
  t::Spied seen;
  double scale = 0;
  auto const run = [&](auto... more) {
    auto learn = t::spied_learner(seen, Adam{});
    learn.add_cb(t::scaled({.growth_interval = 3}));
    auto const key = key_of([&] { learn.fit(4, 1e-2, callbacks(Checkpoint(path, {.every = 0}), more...)); });
    CHECK(key == (sizeof...(more) ? "callback.failed" : "no error"));
    scale = learn.get_cb<MixedPrecision>()->scaler().scale();
    CHECK(learn.get_cb<MixedPrecision>()->scaler().good_steps() == (sizeof...(more) ? 1 : 2));
    return state_dict(*learn.model);
  };
  (void)run(disturb::Stop{.epoch = 1});  // four steps of eight
  CHECK(scale == 131072);
  (void)run();
  CHECK(scale == 262144);
  struct Archive {
    double scale;
    std::int64_t count;
    void operator()(std::string const&, double& value) const { value = scale; }
    void operator()(std::string const&, std::int64_t& value) const { value = count; }
  };
  double const nan = std::numeric_limits<double>::quiet_NaN(), inf = double{t::infinity};
  for (auto const& [given, expected] :
       {std::pair{nan, 65536.}, {-1., 65536.}, {inf, double{std::numeric_limits<float>::max()}}}) {
    GradScaler scaler;
    Archive const archive{given, std::numeric_limits<std::int64_t>::max()};
    scaler.serialize(archive);
    CHECK(scaler.scale() == expected);
    CHECK(scaler.good_steps() == 1999);
  }
  std::filesystem::remove_all(folder);
}
