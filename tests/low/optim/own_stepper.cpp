// How to write an optimizer of your own: each stepper is a small struct, and all of them become one loop over memory.

#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cmath>
#include <doctest/doctest.h>

namespace {

/// Lion: step by the sign of a blend of gradient and average, then let the average follow the gradient.
struct lion_step {
  static constexpr std::array hypers{fastxx::Hyper{"lr", 1e-4}, fastxx::Hyper{"beta1", .9},
                                     fastxx::Hyper{"beta2", .99}};
  static constexpr std::array<std::string_view, 1> state{"grad_avg"};

  static void apply(auto& p, auto& grad, auto& avg, auto const& h) {
    auto const [lr, beta1, beta2] = h;
    p -= lr * sign(beta1 * avg + (1 - beta1) * grad);
    avg = beta2 * avg + (1 - beta2) * grad;
  }
};

/// AdaGrad with a warm-up: a stepper that has options, works out numbers per step, and calls a function of its own.
struct adagrad_step {
  std::int64_t warm_up = 0;

  static constexpr std::array hypers{fastxx::Hyper{"lr", 1e-2}};
  static constexpr std::array<std::string_view, 1> state{"sqr_sum"};

  double scalars(fastxx::HyperValues<1> const& h, std::int64_t step) const {
    return step < warm_up ? h[0] * static_cast<double>(step) / static_cast<double>(warm_up) : h[0];
  }
  [[gnu::always_inline]] static auto scaled(auto const& grad, auto const& sum) { return grad / (sqrt(sum) + 1e-10); }
  static void apply(auto& p, auto& grad, auto& sum, double lr) {
    sum += grad * grad;
    p -= lr * scaled(grad, sum);
  }
};

using std::abs;  // for plain numbers
double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

/// Uses everything a formula may use; what it computes is checked against the same text on doubles.
struct everything {
  static void apply(auto& p, auto& grad, auto const& /*no hypers*/) {
    auto const before = p;
    p += grad;
    p -= .25;
    p *= 2.;
    p /= 3. + abs(grad);
    p = -p + 1. / (2. + grad * grad) - (1. - grad) * (before - .5) + (.5 + before) / 4. - sign(grad) * before * 3.;
  }
};

}  // namespace

TEST_CASE("own stepper: a stepper from a user's file composes with ours") {
  auto p = at::ones({11}).requires_grad_();
  fastxx::Optimizer optimizer(fastxx::steppers(fastxx::weight_decay{}, lion_step{}), {{p}});
  CHECK(optimizer.hyper_names() == std::vector<std::string>{"lr", "wd", "beta1", "beta2"});
  CHECK(optimizer.hyper("lr") == std::vector<double>{1e-4});  // the last stepper's default
  optimizer.set_hyper("lr", .1);
  optimizer.set_hyper("wd", .5);
  p.mutable_grad() = at::full({11}, 2.);
  optimizer.step();
  CHECK(at::allclose(p, at::full({11}, .85)));  // 1 - .05 - .1
  p.mutable_grad() = at::full({11}, -.1);
  optimizer.step();  // .9*.02 - .1*.1 > 0: the average still wins
  CHECK(at::allclose(p, at::full({11}, .7075)));
  CHECK(optimizer.state_dict().groups[0].parameters[0].tensors.at("grad_avg")[0].item<float>() ==
        doctest::Approx(.99 * .02 - .001));
}

TEST_CASE("own stepper: options and numbers worked out once per step") {
  for (auto dtype : {at::kFloat, at::kDouble}) {  // the fused loop, then whole tensors
    auto p = at::zeros({5}, dtype).requires_grad_();
    fastxx::Optimizer optimizer(fastxx::steppers(adagrad_step{.warm_up = 2}), {{p}});
    optimizer.set_hyper("lr", 1.);
    p.mutable_grad() = at::full({5}, 3., dtype);
    optimizer.step();
    CHECK(p[4].item<double>() == doctest::Approx(-.5));
    p.mutable_grad() = at::full({5}, 4., dtype);
    optimizer.step();
    CHECK(p[4].item<double>() == doctest::Approx(-.5 - .8));
  }
}

TEST_CASE("own stepper: every operation means the same on floats, on whole tensors and on a number") {
  auto const p0 = at::randn({37}, at::kDouble), grad = at::randn({37}, at::kDouble);
  grad[5] = 0.;
  for (auto dtype : {at::kFloat, at::kDouble}) {
    auto p = p0.to(dtype).clone().requires_grad_();
    fastxx::Optimizer optimizer(fastxx::steppers(everything{}), {{p}});
    p.mutable_grad() = grad.to(dtype);
    optimizer.step();
    for (int i = 0; i < 37; ++i) {
      double number = p0[i].item<double>(), g = grad[i].item<double>();
      everything::apply(number, g, 0);
      CHECK(p[i].item<double>() == doctest::Approx(number).epsilon(1e-5));
    }
  }
}

#if defined(__x86_64__)
TEST_CASE("own stepper: the AVX2 variant and the one for every machine give the same bits, odd numbers included") {
  if (!fastxx::detail::has_avx2()) return;
  fastxx::detail::Fused<everything, lion_step> const fused({}, {});
  std::vector<float> const numbers{0.f, -0.f, 1e-40f, -3.f, 3e38f, INFINITY, -INFINITY, NAN, 1.f, -1.f, .1f};
  auto run = [&](bool wide) {
    std::vector<float> p(numbers.rbegin(), numbers.rend()), grad = numbers, avg(numbers.size(), .5f);
    std::vector<double> const hypers{1e-2, .9, .99};
    fastxx::detail::FlatJob const job{p.data(), grad.data(), {avg.data()}, hypers.data(), 1};
    fused.on_floats(job, 0, static_cast<std::int64_t>(p.size()), wide);
    p.insert(p.end(), avg.begin(), avg.end());
    for (auto& x : p) x = std::isnan(x) ? 77.f : x;  // one NaN is as good as another
    return p;
  };
  CHECK(run(true) == run(false));
  CHECK(run(true)[10] != .1f);
}
#endif

TEST_CASE("own stepper: changing the gradient in a formula leaves .grad as it was") {
  for (auto dtype : {at::kFloat, at::kDouble}) {
    auto p = at::ones({3}, dtype).requires_grad_();
    fastxx::Optimizer optimizer(fastxx::steppers(fastxx::l2_reg{}, fastxx::sgd_step{}), {{p}});
    optimizer.set_hyper("wd", 1.);
    p.mutable_grad() = at::full({3}, 2., dtype);
    optimizer.step();
    CHECK(p.grad().equal(at::full({3}, 2., dtype)));
  }
}
