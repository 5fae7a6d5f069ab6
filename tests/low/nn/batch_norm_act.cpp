#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/detail/norm_kernels.hpp>
#include <fastxx/low/nn/fuse_norm_act.hpp>
#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <ATen/Parallel.h>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/forward_grad.h>
#include <vector>

using namespace fastxx;

namespace {

// Everything a training step makes of a batch-norm layer.
struct NormStep {
  Tensor y, grad_x, grad_weight, grad_bias, running_mean, running_var;
};

struct NormInputs {
  Tensor x, grad, weight, bias, running_mean, running_var;

  explicit NormInputs(std::vector<std::int64_t> const& shape, at::MemoryFormat format = at::MemoryFormat::Contiguous) {
    at::manual_seed(7);
    std::int64_t const channels = shape[1];
    x = (at::randn(shape) * 2 + .5).contiguous(format);
    grad = at::randn(shape).contiguous(format);
    weight = at::rand({channels}) + .5;
    bias = at::randn({channels});
    running_mean = at::randn({channels});
    running_var = at::rand({channels}) + .5;
  }
};

template <class Forward>
NormStep norm_step(NormInputs const& in, Forward const& forward) {
  auto const leaf = [](Tensor const& t) { return t.defined() ? t.clone().requires_grad_() : t; };
  auto const copy = [](Tensor const& t) { return t.defined() ? t.clone() : t; };
  Tensor const x = leaf(in.x), weight = leaf(in.weight), bias = leaf(in.bias);
  Tensor const mean = copy(in.running_mean), var = copy(in.running_var);
  Tensor const y = forward(x, weight, bias, mean, var);
  y.backward(in.grad);
  auto const grad_of = [](Tensor const& t) { return t.defined() ? t.grad() : t; };
  return {y.detach(), x.grad(), grad_of(weight), grad_of(bias), mean, var};
}

NormStep our_step(NormInputs const& in, BatchNormActOptions const& options) {
  return norm_step(in, [&](auto const&... tensors) { return batch_norm_act(tensors..., options); });
}

NormStep torch_step(NormInputs const& in, BatchNormActOptions const& options) {
  return norm_step(in, [&](Tensor const& x, Tensor const& weight, Tensor const& bias, Tensor const& mean,
                           Tensor const& var) {
    auto const y = at::batch_norm(x, weight, bias, mean, var, options.training, options.momentum, options.eps, false);
    return options.act == NormActivation::relu ? y.relu() : y;
  });
}

void check_close(Tensor const& ours, Tensor const& theirs) {
  REQUIRE(ours.defined() == theirs.defined());
  if (!ours.defined()) return;
  REQUIRE(ours.sizes() == theirs.sizes());
  double const scale = std::max(1., theirs.abs().max().item<double>());
  CHECK((ours - theirs).abs().max().item<double>() <= 2e-6 * scale);
}

void check_same_step(NormStep const& ours, NormStep const& theirs) {
  check_close(ours.y, theirs.y);
  check_close(ours.grad_x, theirs.grad_x);
  check_close(ours.grad_weight, theirs.grad_weight);
  check_close(ours.grad_bias, theirs.grad_bias);
  check_close(ours.running_mean, theirs.running_mean);
  check_close(ours.running_var, theirs.running_var);
}

// Calls check() with each number of lanes that this processor has.
template <class Check>
void each_lanes(Check const& check) {
  struct Restore {
    int lanes = fastxx::detail::norm_lanes();
    ~Restore() { fastxx::detail::norm_lanes() = lanes; }
  } const own;
  for (int const lanes : {8, 16}) {
    if (lanes > own.lanes) continue;
    CAPTURE(lanes);
    fastxx::detail::norm_lanes() = lanes;
    check();
  }
}

bool same_bits(NormStep const& a, NormStep const& b) {
  return at::equal(a.y, b.y) && at::equal(a.grad_x, b.grad_x) && at::equal(a.grad_weight, b.grad_weight) &&
         at::equal(a.grad_bias, b.grad_bias) && at::equal(a.running_mean, b.running_mean) &&
         at::equal(a.running_var, b.running_var);
}

}  // namespace

TEST_CASE("batch_norm_act: numbers, gradients and running statistics are libtorch's, whatever the shape") {
  using Shape = std::vector<std::int64_t>;
  std::vector<Shape> const shapes{
      {5, 3},        {64, 33},        {4, 3, 17},      {6, 20, 4, 4},  {3, 5, 7, 7},
      {2, 40, 1, 1}, {3, 4, 2, 3, 5}, {9, 17, 25, 25}, {70, 3, 33, 30}};  // the last: few channels with many numbers
  for (auto const& shape : shapes)
    for (bool const training : {true, false})
      for (auto const act : {NormActivation::relu, NormActivation::none}) {
        CAPTURE(shape.size());
        CAPTURE(shape[0]);
        NormInputs const in(shape);
        BatchNormActOptions const options{.training = training, .momentum = .2, .eps = 1e-3, .act = act};
        auto const theirs = torch_step(in, options);
        each_lanes([&] { check_same_step(our_step(in, options), theirs); });
      }
}

TEST_CASE("batch_norm_act: rows and columns that do not fill the lanes are libtorch's, in any number of channels") {
  std::vector<std::int64_t> inners{31, 33, 49, 100, 1040};
  for (std::int64_t inner = 1; inner <= 17; ++inner) inners.push_back(inner);
  for (std::int64_t const inner : inners)
    for (std::int64_t const channels : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 31, 33, 40}) {
      CAPTURE(inner);
      CAPTURE(channels);
      NormInputs const in({inner < 100 ? 19 : 3, channels, inner});
      auto const theirs = torch_step(in, {});
      each_lanes([&] { check_same_step(our_step(in, {}), theirs); });
    }
  for (std::int64_t channels = 2; channels <= 40; ++channels) {
    CAPTURE(channels);
    NormInputs const image({3, channels, 5, 7}, at::MemoryFormat::ChannelsLast),
        volume({2, channels, 3, 5, 2}, at::MemoryFormat::ChannelsLast3d), flat({33, channels}),
        small({19, channels, 2, 3}), small_volume({19, channels, 2, 1, 2});
    for (auto const* in : {&image, &volume, &flat, &small, &small_volume}) {
      auto const theirs = torch_step(*in, {});
      each_lanes([&] { check_same_step(our_step(*in, {}), theirs); });
    }
  }
}

TEST_CASE("batch_norm_act: a long sum does not lose the digits of its terms") {
  for (auto const& shape :
       {std::vector<std::int64_t>{2, 1, 1 << 20}, {1 << 19, 2}, {1 << 17, 2, 8}, {1 << 13, 2, 64}}) {
    NormInputs in(shape);
    in.grad.fill_(.1);
    double const sum = double{.1F} * static_cast<double>(in.x.numel() / shape[1]);
    each_lanes([&] {
      auto const ours = our_step(in, {.act = NormActivation::none});
      CHECK(ours.grad_bias[0].item<double>() == doctest::Approx(sum).epsilon(1e-6));
    });
  }
}

TEST_CASE("batch_norm_act: channels last, and the output keeps that format") {
  for (std::int64_t const channels : {3, 16, 20}) {
    NormInputs const in({4, channels, 9, 8}, at::MemoryFormat::ChannelsLast);
    each_lanes([&] {
      auto const ours = our_step(in, {});
      check_same_step(ours, torch_step(in, {}));
      CHECK(ours.y.is_contiguous(at::MemoryFormat::ChannelsLast));
      CHECK(ours.grad_x.is_contiguous(at::MemoryFormat::ChannelsLast));
    });
  }
  NormInputs const volume({2, 4, 3, 5, 6}, at::MemoryFormat::ChannelsLast3d);
  check_same_step(our_step(volume, {}), torch_step(volume, {}));
}

TEST_CASE("batch_norm_act: tensors larger than the caches are written past them") {
  for (auto const format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    NormInputs const in({2, 32, 384, 352}, format);
    auto const theirs = torch_step(in, {.act = NormActivation::none});
    // With the channels last libtorch adds up 270,000 numbers in float32, so the sums are held to the exact ones.
    Tensor const x = in.x.to(at::kDouble), grad = in.grad.to(at::kDouble);
    auto const sum_of = [](Tensor const& t) { return t.sum({0, 2, 3}); };
    Tensor const mean = x.mean({0, 2, 3}), deviation = x - mean.reshape({1, 32, 1, 1});
    Tensor const inverse_std = (deviation.square().mean({0, 2, 3}) + 1e-5).rsqrt();
    each_lanes([&] {
      auto const ours = our_step(in, {.act = NormActivation::none});
      check_close(ours.grad_bias, sum_of(grad).to(at::kFloat));
      check_close(ours.grad_weight, (sum_of(grad * deviation) * inverse_std).to(at::kFloat));
      check_close(ours.running_mean, (in.running_mean * .9 + mean * .1).to(at::kFloat));
      CHECK(at::allclose(ours.y, theirs.y, 1e-4, 1e-3));
      CHECK(at::allclose(ours.grad_x, theirs.grad_x, 1e-4, 1e-3));
    });
  }
}

TEST_CASE("batch_norm_act: without weight, bias or running statistics") {
  NormInputs in({6, 4, 5, 5});
  in.weight = in.bias = Tensor();
  check_same_step(our_step(in, {}), torch_step(in, {}));
  in.running_mean = in.running_var = Tensor();
  check_same_step(our_step(in, {}), torch_step(in, {}));
}

TEST_CASE("batch_norm_act: the same bits for any number of threads") {
  int const before = at::get_num_threads();
  auto const check = [](NormInputs const& in) {
    each_lanes([&] {
      at::set_num_threads(1);
      auto const one = our_step(in, {});
      for (int const threads : {2, 3, 5}) {
        at::set_num_threads(threads);
        CHECK(same_bits(one, our_step(in, {})));
      }
    });
  };
  for (auto const format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast})
    for (std::int64_t const channels : {3, 48}) check(NormInputs({24, channels, 56, 56}, format));
  for (auto const& shape : {std::vector<std::int64_t>{700, 43, 3}, {300, 43, 13}, {90, 43, 49}, {20000, 7}})
    check(NormInputs(shape));
  at::set_num_threads(before);
}

TEST_CASE("batch_norm_act: NaN stays NaN, and below ReLU there is nothing, not even infinity") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  Tensor const x = at::tensor({nan, -infinity, infinity, -1.F, 2.F}).reshape({5, 1}), zero = at::zeros({1});
  Tensor const y = batch_norm_act(x, {}, {}, zero, at::ones({1}), {.training = false, .eps = 0});
  CHECK(std::isnan(y[0].item<float>()));
  CHECK(y[1].item<float>() == 0);
  CHECK(y[2].item<float>() == infinity);
  CHECK(y[3].item<float>() == 0);
  CHECK(y[4].item<float>() == 2);
  for (std::int64_t const size : {3, 6})  // lanes are columns, or numbers of a row
    each_lanes([&] {
      Tensor batch = at::randn({6, 3, size, size});
      batch[0][1][size - 1][size - 1] = nan;
      Tensor const trained = batch_norm_act(batch, {}, {}, {}, {});
      CHECK(trained.select(1, 1).isnan().all().item<bool>());
      CHECK_FALSE(trained.select(1, 0).isnan().any().item<bool>());
      CHECK_FALSE(trained.select(1, 2).isnan().any().item<bool>());
    });
}

TEST_CASE("batch_norm_act: a mean far from zero costs no more than it costs libtorch") {
  NormInputs in({16, 4, 12, 12});
  in.x = in.x.div(2).add(3000);  // float32 has 2.4e-4 between two numbers here
  auto const exact = at::batch_norm(in.x.to(at::kDouble), in.weight.to(at::kDouble), in.bias.to(at::kDouble), {}, {},
                                    true, .1, 1e-5, false)
                         .relu();
  auto const error = [&](NormStep const& step) { return (step.y.to(at::kDouble) - exact).abs().max().item<double>(); };
  CHECK(error(our_step(in, {})) < 2 * error(torch_step(in, {})) + 1e-4);
}

TEST_CASE("batch_norm_act: a first number far from all others does not spoil the variance") {
  for (auto const& shape : {std::vector<std::int64_t>{16, 1, 65536}, {1, 20, 65536}, {300000, 3}, {300000, 5, 3}}) {
    Tensor x = at::zeros(shape), mean = at::zeros({shape[1]}), var = at::zeros({shape[1]});
    x[0].fill_(0), x.select(0, 0).select(0, 0).flatten()[0] = 1.3;
    double const n = static_cast<double>(x.numel() / shape[1]), m = double{1.3F} / n;
    each_lanes([&] {
      batch_norm_act(x, {}, {}, mean, var, {.momentum = 1});
      CHECK(mean[0].item<double>() == doctest::Approx(m).epsilon(1e-6));
      CHECK(var[0].item<double>() ==
            doctest::Approx((double{1.3F} * double{1.3F} / n - m * m) * n / (n - 1)).epsilon(1e-6));
    });
  }
}

TEST_CASE("batch_norm_act: constant channels and eps 0 give the bias; frozen statistics pass gradients whatever x is") {
  Tensor x = at::randn({4, 2, 3}).requires_grad_();
  {
    at::NoGradGuard const quiet;
    x.select(1, 0).fill_(2);
  }
  Tensor const y = batch_norm_act(x, {}, at::full({2}, .7), {}, {}, {.eps = 0});
  CHECK(y.select(1, 0).eq(.7F).all().item<bool>());
  y.sum().backward();
  CHECK(x.grad().select(1, 0).eq(0).all().item<bool>());

  Tensor masked = at::randn({4, 2, 3});
  masked[0][1][2] = -std::numeric_limits<float>::infinity();
  masked.requires_grad_();
  batch_norm_act(masked, {}, {}, at::zeros({2}), at::ones({2}), {.training = false}).sum().backward();
  CHECK(masked.grad().isfinite().all().item<bool>());
  CHECK(masked.grad()[0][1][2].item<float>() == 0);
}

TEST_CASE("batch_norm_act: running statistics that go on between forward and backward change no gradient") {
  NormInputs const in({5, 3, 4, 4});
  auto const gradient = [&](bool go_on) {
    Tensor const weight = in.weight.clone().requires_grad_(), mean = in.running_mean.clone();
    Tensor const y = batch_norm_act(in.x, weight, in.bias, mean, in.running_var, {.training = false});
    if (go_on) mean.add_(3);
    y.backward(in.grad);
    return weight.grad();
  };
  CHECK(at::equal(gradient(true), gradient(false)));
}

TEST_CASE("batch_norm_act: a view that stands for the negative is read as one") {
  Tensor const x = at::randn({5, 3, 4});
  check_close(batch_norm_act(at::_neg_view(x), {}, {}, {}, {}), batch_norm_act(x.neg(), {}, {}, {}, {}));
  NormInputs const in({5, 3, 4});
  NormInputs negative = in;
  negative.grad = at::_neg_view(in.grad.neg());
  check_same_step(our_step(negative, {}), our_step(in, {}));
}

TEST_CASE("batch_norm_act: what the kernels do not know goes to libtorch") {
  NormInputs in({4, 3, 6, 6});
  Tensor const turned = in.x.transpose(2, 3);
  check_close(batch_norm_act(turned, in.weight, in.bias, {}, {}),
              at::batch_norm(turned, in.weight, in.bias, {}, {}, true, .1, 1e-5, false).relu());
  Tensor const doubles = in.x.to(at::kDouble);
  Tensor const y = batch_norm_act(doubles, {}, {}, {}, {}, {.act = NormActivation::none});
  CHECK((y.scalar_type() == at::kDouble));
  CHECK(at::allclose(y, at::batch_norm(doubles, {}, {}, {}, {}, true, .1, 1e-5, false)));
  CHECK(batch_norm_act(at::zeros({0, 3, 2, 2}), {}, {}, at::zeros({3}), at::ones({3}), {.training = false}).numel() ==
        0);
}

TEST_CASE("batch_norm_act: wrong shapes are libtorch's errors") {
  NormInputs const in({4, 3, 6, 6});
  CHECK_THROWS_AS(batch_norm_act(in.x, at::ones({4}), in.bias, {}, {}), c10::Error);
  CHECK_THROWS_AS(batch_norm_act(in.x, in.weight, in.bias, {}, {}, {.training = false}), c10::Error);
  torch::nn::BatchNorm2d layer(3);
  CHECK_THROWS_AS(batch_norm_act(layer, at::zeros({4, 3})), c10::Error);        // not four dimensions
  CHECK_THROWS_AS(batch_norm_act(layer, at::zeros({1, 3, 1, 1})), c10::Error);  // one value per channel
  CHECK_THROWS_AS(batch_norm_act(layer, at::zeros({2, 5, 3, 3})), c10::Error);  // other channels
}

TEST_CASE("batch_norm_act: gradients are made for what wants them, and second ones by libtorch") {
  NormInputs const in({5, 3, 4, 4});
  Tensor const x = in.x.clone().requires_grad_();
  Tensor const y = batch_norm_act(x, in.weight, in.bias, {}, {});
  y.backward(in.grad);
  CHECK(x.grad().defined());
  CHECK_FALSE(in.weight.grad().defined());
  CHECK_FALSE(batch_norm_act(in.x, in.weight, in.bias, {}, {}).requires_grad());
  {
    at::NoGradGuard const quiet;
    CHECK_FALSE(batch_norm_act(x, in.weight, in.bias, {}, {}).requires_grad());
  }
  for (bool const training : {true, false}) {
    auto const second = [&](auto const& forward) {
      Tensor const point = in.x.clone().requires_grad_(), weight = in.weight.clone().requires_grad_();
      auto const first =
          torch::autograd::grad({forward(point, weight).square().sum()}, {point, weight}, {}, true, true);
      return torch::autograd::grad({first[0].square().sum() + first[1].square().sum()}, {point, weight});
    };
    auto const ours = second([&](Tensor const& point, Tensor const& weight) {
      return batch_norm_act(point, weight, in.bias, in.running_mean.clone(), in.running_var.clone(),
                            {.training = training});
    });
    auto const theirs = second([&](Tensor const& point, Tensor const& weight) {
      return at::batch_norm(point, weight, in.bias, in.running_mean.clone(), in.running_var.clone(), training, .1, 1e-5,
                            false)
          .relu();
    });
    for (std::size_t i = 0; i < 2; ++i)
      CHECK((ours[i] - theirs[i]).abs().max().item<double>() <= 1e-4 * theirs[i].abs().max().item<double>());
  }
}

TEST_CASE("batch_norm_act: gradients with a graph are right where one layer is run twice or a weight is made from x") {
  auto const w = (at::rand({4}) + .5).requires_grad_(), b = at::rand({4}).requires_grad_();
  auto const x = at::randn({8, 4, 5}).requires_grad_();
  auto const gradients = [&](bool with_graph) {
    Tensor const twice = batch_norm_act(batch_norm_act(x, w, b, {}, {}), w, b, {}, {});
    Tensor const own = batch_norm_act(x, x.mean(at::IntArrayRef{0, 2}) + 1, {}, {}, {});
    return torch::autograd::grad({twice.pow(3).sum() + own.pow(3).sum()}, {x, w, b}, {}, c10::nullopt, with_graph);
  };
  auto const plain = gradients(false), graph = gradients(true);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(at::allclose(plain[i], graph[i].detach(), 1e-3, 1e-3));
}

TEST_CASE("batch_norm_act: a weight changed between forward and backward is noticed") {
  NormInputs const in({5, 3, 4, 4});
  Tensor const weight = in.weight.clone().requires_grad_();
  Tensor const y = batch_norm_act(in.x, weight, in.bias, {}, {});
  {
    at::NoGradGuard const quiet;
    weight.add_(1);
  }
  CHECK_THROWS_AS(y.backward(in.grad), c10::Error);
}

TEST_CASE("batch_norm_act: a backward pass lets go of the input, unless the graph is kept; a second one is refused") {
  auto const held = [](Tensor const& x) {
    return c10::weak_intrusive_ptr<c10::TensorImpl, at::UndefinedTensorImpl>(x.getIntrusivePtr());
  };
  Tensor const leaf = at::randn({5, 3, 4}).requires_grad_();
  Tensor x = leaf.mul(2);  // multiplying keeps no tensor: whoever holds x behind us is the norm's node
  auto const input = held(x);
  Tensor const loss = batch_norm_act(x, at::ones({3}), {}, {}, {}).square().sum();
  x.reset();
  CHECK_FALSE(input.expired());
  loss.backward({}, /*retain_graph=*/true);
  CHECK_FALSE(input.expired());
  Tensor const once = leaf.grad().clone();
  loss.backward();
  CHECK(input.expired());
  CHECK(at::equal(leaf.grad(), once + once));
  Tensor const y = batch_norm_act(leaf, at::ones({3}), {}, {}, {});
  y.backward(at::ones_like(y));
  Tensor const before = leaf.grad().clone();
  CHECK_THROWS_AS(y.backward(at::ones_like(y)), c10::Error);
  CHECK(at::equal(leaf.grad(), before));
}

TEST_CASE("batch_norm_act of a layer: mode, settings and the count of batches are the layer's") {
  auto const check_layer = [](torch::nn::BatchNorm2dOptions const& options) {
    torch::nn::BatchNorm2d ours(options), theirs(options);
    for (int batch = 0; batch < 3; ++batch) {
      Tensor const x = at::randn({4, 6, 5, 5});
      check_close(batch_norm_act(ours, x), theirs(x).relu());
    }
    ours->eval(), theirs->eval();
    Tensor const x = at::randn({4, 6, 5, 5});
    check_close(batch_norm_act(ours, x, NormActivation::none), theirs(x));
    for (std::size_t i = 0; i < theirs->buffers().size(); ++i) {
      if (theirs->buffers()[i].defined())
        CHECK(at::allclose(ours->buffers()[i].to(at::kFloat), theirs->buffers()[i].to(at::kFloat), 1e-5, 1e-6));
    }
  };
  check_layer(torch::nn::BatchNorm2dOptions(6));
  check_layer(torch::nn::BatchNorm2dOptions(6).momentum(c10::nullopt));
  check_layer(torch::nn::BatchNorm2dOptions(6).affine(false));
  check_layer(torch::nn::BatchNorm2dOptions(6).track_running_stats(false));
  torch::nn::BatchNorm1d flat(6);
  Tensor const x = at::randn({8, 6});
  check_close(batch_norm_act(flat, x), torch::nn::BatchNorm1d(6)(x).relu());
}

TEST_CASE("Sequential: a batch norm and the activation behind it run as one, with the numbers and names of two") {
  using namespace torch::nn;
  auto const layers = [](auto holder) {
    holder->push_back(BatchNorm2d(4));
    holder->push_back(ReLU(ReLUOptions(true)));
    holder->push_back(Conv2d(Conv2dOptions(4, 5, 3)));
    holder->push_back(BatchNorm2d(5));
    holder->push_back(LeakyReLU(LeakyReLUOptions().negative_slope(.2)));
    holder->push_back(BatchNorm2d(5));
    holder->push_back(Flatten());
    holder->push_back(BatchNorm1d(5 * 6 * 6));
    return holder;
  };
  auto ours = layers(fastxx::Sequential());
  auto theirs = layers(torch::nn::Sequential());
  {
    at::NoGradGuard const quiet;
    for (std::size_t i = 0; i < ours->parameters().size(); ++i) ours->parameters()[i].copy_(theirs->parameters()[i]);
  }
  for (int batch = 0; batch < 2; ++batch) {
    Tensor const x = at::randn({8, 4, 8, 8});
    Tensor const a = ours->forward(x), b = theirs->forward(x);
    CHECK(at::allclose(a, b, 1e-4, 1e-5));
    a.square().sum().backward(), b.square().sum().backward();
  }
  CHECK(ours->forward(at::randn({8, 4, 8, 8})).grad_fn()->name() !=
        theirs->forward(at::randn({8, 4, 8, 8})).grad_fn()->name());
  for (std::size_t i = 0; i < ours->parameters().size(); ++i)
    CHECK(at::allclose(ours->parameters()[i].grad(), theirs->parameters()[i].grad(), 1e-3, 1e-3));
  CHECK(ours->named_parameters().keys() == theirs->named_parameters().keys());
  CHECK(ours->size() == theirs->size());
}

TEST_CASE("Sequential: a hook hears the batch norm alone, and what stands in its place decides each time") {
  using namespace torch::nn;
  BatchNorm2d norm(4);
  fastxx::Sequential model(norm, ReLU(), Flatten());
  Tensor const x = at::randn({6, 4, 3, 3});
  Tensor const alone = BatchNorm2d(4)(x);
  Tensor const both = model->forward(x);
  {
    auto const inside = hook_output(norm, {.in = model});
    check_close(model->forward(x), both);
    check_close(inside.stored(), alone);
  }
  {
    auto const by_operator = hook_output(norm);
    check_close(model->forward(x), both);
    check_close(by_operator.stored(), alone);
    Tensor const other = at::randn({6, 4, 3, 3}), other_alone = BatchNorm2d(4)(other);
    check_close(batch_norm_act(norm, other), other_alone.relu());
    check_close(by_operator.stored(), other_alone);
  }
  {
    auto const activation = hook_output(model->ptr(1), {.in = model});
    model->forward(x);
    check_close(activation.stored(), alone.relu());
  }
  check_close(model->forward(x), both);
}

TEST_CASE("Sequential: a batch norm that is given something else says what libtorch says") {
  fastxx::Sequential model(torch::nn::BatchNorm2d(4), torch::nn::ReLU());
  CHECK_THROWS_AS(model->forward(at::randn({6, 4})), c10::Error);
  CHECK_THROWS_AS(fastxx::Sequential()->forward(at::randn({6, 4})), c10::Error);
}

namespace {

// A network as somebody else writes it.
struct ForeignNetImpl : torch::nn::Module {
  torch::nn::Conv2d conv = register_module("conv", torch::nn::Conv2d(3, 6, 3));
  torch::nn::BatchNorm2d bn = register_module("bn", torch::nn::BatchNorm2d(6));
  torch::nn::Linear linear = register_module("linear", torch::nn::Linear(6 * 4 * 4, 5));
  torch::nn::BatchNorm1d bn1 =
      register_module("bn1", torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(5).affine(false)));

  Tensor forward(Tensor const& x) { return bn1(linear(torch::relu(bn(conv(x))).flatten(1))); }
};
TORCH_MODULE(ForeignNet);

bool is_ours(Tensor const& y) { return y.grad_fn()->name().find("NormAct") != std::string::npos; }

Tensor pictures() {
  at::manual_seed(5);
  return at::randn({32, 3, 6, 6});
}

}  // namespace

TEST_CASE(
    "fuse_norm_act: a foreign network runs on the kernels, with its numbers, names and modules, until it is undone") {
  at::manual_seed(2);
  ForeignNet fused, plain;
  load_state_dict(*plain, state_dict(*fused));
  auto const names = fused->named_parameters().keys();
  CHECK(fuse_norm_act(fused) == 2);
  CHECK(fuse_norm_act(*fused) == 0);  // they are already
  for (int step = 0; step < 3; ++step) {
    if (step == 2) fused->eval(), plain->eval();
    fused->zero_grad(), plain->zero_grad();
    Tensor const y = fused(pictures()), z = plain(pictures());
    CHECK(is_ours(y));
    CHECK_FALSE(is_ours(z));  // other networks stay as they are
    CHECK(at::allclose(y, z, 1e-4, 1e-4));
    y.pow(3).sum().backward(), z.pow(3).sum().backward();
    auto const mine = fused->parameters(), theirs = plain->parameters();
    for (std::size_t i = 0; i < mine.size(); ++i) CHECK(at::allclose(mine[i].grad(), theirs[i].grad(), 1e-3, 1e-2));
  }
  for (auto const& [name, tensor] : state_dict(*fused))
    CHECK(at::allclose(tensor, state_dict(*plain).at(name), 1e-5, 1e-6));
  CHECK(fused->named_parameters().keys() == names);
  fused->train();
  auto const copy = std::dynamic_pointer_cast<torch::nn::BatchNorm2dImpl>(fused->bn->clone());
  CHECK_FALSE(is_ours(copy->forward(at::randn({4, 6, 2, 2}))));
  CHECK(unfuse_norm_act(fused) == 2);
  CHECK(unfuse_norm_act(fused) == 0);
  load_state_dict(*plain, state_dict(*fused));
  plain->train();
  Tensor const y = fused(pictures());
  CHECK_FALSE(is_ours(y));
  CHECK(at::equal(y, plain(pictures())));
}

TEST_CASE(
    "fuse_norm_act: what the kernels do not know stays libtorch's; without gradients too; errors are libtorch's") {
  ForeignNet net;
  fuse_norm_act(net);
  Tensor y;
  {
    at::NoGradGuard const quiet;
    y = net(pictures());
  }
  {
    c10::InferenceMode const inference;
    CHECK(at::allclose(net(pictures()), y, 1e-4, 1e-5));
  }
  net->to(at::kDouble);
  CHECK_FALSE(is_ours(net(pictures().to(at::kDouble))));
  net->to(at::kFloat);
  CHECK(is_ours(net(pictures())));  // the parameters are the same ones
  CHECK_THROWS_AS(net->bn(at::randn({4, 6})), c10::Error);
  CHECK_THROWS_AS(net->bn1(at::randn({1, 5})), c10::Error);  // one value per channel
  torch::nn::BatchNorm1d const bare(torch::nn::BatchNorm1dOptions(3).affine(false).track_running_stats(false));
  CHECK(fuse_norm_act(bare) == 0);  // nothing to know it by
  CHECK(fuse_norm_act(torch::nn::ReLU()) == 0);
}

TEST_CASE("batch_norm_act: tangents of forward-mode differentiation are those of libtorch") {
  torch::nn::BatchNorm1d norm(3);
  norm->eval();
  fuse_norm_act(norm);
  Tensor const x = at::randn({4, 3}), tangent = at::randn({4, 3}), slope = at::randn({3});
  auto const level = torch::autograd::ForwardADLevel::get_next_idx();
  {
    Tensor const dual = at::_make_dual(x, tangent, static_cast<std::int64_t>(level));
    CHECK(at::allclose(norm(dual)._fw_grad(level), tangent, 1e-4, 1e-5));  // running statistics 0 and 1
    Tensor const weight = at::_make_dual(at::ones({3}), slope, static_cast<std::int64_t>(level));
    Tensor const y = batch_norm_act(x, weight, {}, at::zeros({3}), at::ones({3}), {.training = false});
    CHECK(at::allclose(y._fw_grad(level), x.gt(0) * x * slope, 1e-4, 1e-5));
  }
  torch::autograd::ForwardADLevel::release_idx(level);
}

TEST_CASE("fuse_norm_act: second derivatives, and a parameter at the address of one that is gone") {
  auto const second = [](bool fused) {
    torch::nn::BatchNorm1d norm(3);
    if (fused) fuse_norm_act(norm);
    Tensor const x = at::arange(12, at::kFloat).sin().view({4, 3}).requires_grad_();
    auto const y = norm(x).pow(3).sum();
    CHECK(is_ours(norm(x)) == fused);
    auto const first = torch::autograd::grad({y}, {x}, {}, true, true)[0];
    first.square().sum().backward();
    return x.grad();
  };
  CHECK(at::allclose(second(true), second(false), 1e-3, 1e-4));
  for (int i = 0; i < 50; ++i) {  // the allocator gives the place of the last one
    { fuse_norm_act(torch::nn::BatchNorm1d(3)); }
    CHECK_FALSE(is_ours(torch::nn::BatchNorm1d(3)(at::randn({4, 3}))));
  }
}
