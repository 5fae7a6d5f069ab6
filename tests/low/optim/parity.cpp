// Ten steps of each optimizer are fastai's: tests/parity/optimizers.py made the numbers.
#include "../../errors.hpp"
#include <fastxx/low/optim/lookahead.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <ATen/Parallel.h>
#include <array>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <vector>

using namespace fastxx;

namespace {

at::Tensor start(at::ScalarType dtype) { return at::arange(7, at::kDouble).sin().to(dtype).requires_grad_(); }

void set_gradient(at::Tensor& p, int step) {
  auto const at = at::arange(7, at::kDouble) * (step + 1) * .7;
  p.mutable_grad() = (at.cos() * (1 + step % 3)).to(p.scalar_type());
}

template <class Recipe>
void check(Recipe const& recipe, std::vector<double> const& expected) {
  for (auto const dtype : {at::kDouble, at::kFloat}) {
    auto p = start(dtype);
    auto optimizer = recipe.make({{p}});
    optimizer.set_hyper("lr", .05);
    for (int step = 0; step < 10; ++step) {
      set_gradient(p, step);
      optimizer.step();
    }
    auto const difference =
        (p.detach().to(at::kDouble) - at::tensor(expected, at::kDouble)).abs().max().template item<double>();
    CHECK(difference < (dtype == at::kDouble ? 1e-13 : 3e-6));
  }
}

}  // namespace

TEST_CASE("optimizers: ten steps give fastai's numbers, in double and fused in float") {
  check(SGD{}, {-0.9500000000000002, 0.801698871310413, 0.9017539841941203, -0.0606631163580188, -0.7104188985301136,
                -0.9111280586746772, -0.47489695331896586});
  check(SGD{.mom = .9, .wd = .1}, {-3.8529919185893906, 1.288134618474234, 1.366517241101616, -0.5450362870915295,
                                   -0.3986416333801846, -0.5879515557522301, -0.9054635207895282});
  check(SGD{.mom = .9, .wd = .1, .decouple_wd = false},
        {-3.756897680620175, 1.1512604948905296, 1.200974645414793, -0.5615171633982577, -0.2972379593508422,
         -0.45589788493360345, -0.8599174530354272});
  check(Adam{}, {-0.47057502514579413, 0.8684238717649717, 0.9857960636056691, 0.1481447180939568, -0.6564485143648463,
                 -0.8585648859600008, -0.2658190318381152});
  check(Adam{.wd = .1, .decouple_wd = false},
        {-0.471090376424024, 0.8493734372667219, 0.9644388391161068, 0.1447552757727693, -0.635810686676023,
         -0.8319434704646098, -0.261866735883865});
  check(RMSProp{}, {-2.5816836413640747, 0.7316341773710742, 0.7686805868215937, 0.43990887580643867,
                    -0.29047548651951227, -0.49468707797831424, 0.043720481060461225});
  check(RMSProp{.mom = .9, .wd = .1}, {-8.139827433250336, 2.0243665241459716, 2.4729175498293223, -0.4658787311939888,
                                       0.6935141432552611, 0.48495155077925023, -0.7759916996765435});
  check(RAdam{}, {-0.4368102584455753, 0.8526007403899132, 1.0363073316545233, 0.15052982597189488, -0.6945120378245544,
                  -0.9001253836114286, -0.2671162768460265});
  check(RAdam{.wd = .1, .beta = 50}, {-0.4229423203530844, 0.8121191909839808, 0.9875306005699437, 0.14261222467149332,
                                      -0.6598659937405178, -0.85549914711452, -0.2545474264316531});
  check(QHAdam{}, {-0.4746359357788176, 0.8542630316865556, 0.9665734255950901, 0.14803048710251573,
                   -0.6674753510362075, -0.8705598899848689, -0.26820951131436643});
  check(QHAdam{.mom = .9, .sqr_mom = .99, .nu_2 = .8, .wd = .1},
        {-0.46215462219174397, 0.8135843507606852, 0.911507575381147, 0.14173689962995153, -0.6336185013335033,
         -0.8286365091687946, -0.2548853972307789});
  check(Larc{.trust_coeff = .5, .wd = .1},
        {-1.0644540190101066, 0.9255168271048316, 0.9957840648215855, -0.043073232685094796, -0.6266088404114768,
         -0.8186697003200336, -0.4355720848862096});
  check(Larc{.mom = 0, .clip = false, .trust_coeff = 2, .wd = .1, .decouple_wd = false},
        {-0.8418668927425302, 0.7630061966605746, 0.8556971645063738, 0.2041756092336986, -0.6301105197915133,
         -0.8255230956236143, -0.20143009423023414});
  check(Lamb{}, {-0.6462102334890396, 0.947473714038976, 1.033447791540388, 0.07804234626711536, -0.6476985863447187,
                 -0.8514891317654671, -0.3351486659776341});
  check(Lamb{.wd = .1, .decouple_wd = false},
        {-0.6353010733744484, 0.9123776559080129, 0.9951849163463264, 0.07564413967405731, -0.6140337285089511,
         -0.8079596133024975, -0.32364096466952774});
  check(Lookahead{SGD{.mom = .9}, 4, .3}, {-2.05254092945, 0.8732369147472038, 0.9724911686476697, -0.30462957881684016,
                                           -0.6735320680090092, -0.8706709174778524, -0.7036278431038658});
  check(ranger(), {-0.22811840294793348, 0.8422470032685491, 0.9719821623957364, 0.14433447010992234,
                   -0.720768141117943, -0.9238120840352864, -0.2731696402280674});
}

TEST_CASE("RMSProp: eps is heard, which fastai's is not (TR-65)") {
  auto p = at::ones({1}).requires_grad_();
  auto optimizer = RMSProp{.eps = 1}.make({{p}});
  optimizer.set_hyper("lr", .1);
  p.mutable_grad() = at::ones({1});
  optimizer.step();
  CHECK(p.item<double>() == doctest::Approx(1 - .1 / (std::sqrt(.01) + 1)));
}

TEST_CASE("Lookahead: the state goes back, between two moves of the slow weights too") {
  auto run = [](int take_at) {
    auto p = start(at::kFloat);
    auto const recipe = Lookahead{SGD{.mom = .9}, 4, .3};
    auto optimizer = recipe.make({{p}});
    optimizer.set_hyper("lr", .05);
    for (int step = 0; step < 10; ++step) {
      if (step == take_at) {
        auto const state = optimizer.state_dict();
        optimizer = recipe.make({{p}});
        optimizer.load_state_dict(state);
      }
      set_gradient(p, step);
      optimizer.step();
    }
    return p.detach().clone();
  };
  for (int const step : {0, 1, 4, 6, 8}) CHECK(at::equal(run(step), run(-1)));
}

TEST_CASE("Lookahead: what does not step stays where it is put") {
  auto frozen = at::ones({2}).requires_grad_(), trained = at::ones({2}).requires_grad_();
  auto optimizer = Lookahead{SGD{}, 2, .5}.make({{frozen}, {trained}});
  optimizer.set_hyper("lr", .1);
  optimizer.freeze_to(1);
  for (int step = 0; step < 2; ++step) {
    trained.mutable_grad() = at::ones({2});
    optimizer.step();
    at::NoGradGuard const no_grad;
    if (step == 0) frozen.fill_(100);
  }
  CHECK(at::equal(frozen.detach(), at::full({2}, 100.)));
  CHECK(at::allclose(trained.detach(), at::full({2}, .9)));
}

TEST_CASE("Lookahead: clear_state forgets the slow weights, options and states that do not fit are refused") {
  auto p = start(at::kFloat);
  auto optimizer = Lookahead{SGD{}, 2, 1.}.make({{p}});
  optimizer.set_hyper("lr", .1);
  set_gradient(p, 0);
  optimizer.step();
  optimizer.clear_state();
  {
    at::NoGradGuard const no_grad;
    p.fill_(5);
  }
  p.mutable_grad() = at::zeros({7});
  optimizer.step();
  optimizer.step();
  CHECK(at::equal(p.detach(), at::full({7}, 5.)));  // not what they were before clear_state
  CHECK(key_of([&] { Lookahead{SGD{}, 0}.make({{p}}); }) == "lookahead.options");
  CHECK(key_of([&] { Lookahead{SGD{}, 2, 1.5}.make({{p}}); }) == "lookahead.options");
  CHECK(key_of([&] { optimizer.load_state_dict(SGD{}.make({{p}}).state_dict()); }) == "lookahead.state");
  auto state = optimizer.state_dict();
  state.groups[0].parameters[0].tensors["slow_weight"] = at::zeros({3});
  CHECK(contains(error_of([&] { optimizer.load_state_dict(state); }), "slow weights of shape"));
  state.groups[0].hypers["lookahead_count"] = std::nan("");
  CHECK(key_of([&] { optimizer.load_state_dict(state); }) == "lookahead.state");
}

namespace {

std::vector<at::Tensor> large_step(int threads, at::ScalarType dtype, double mom) {
  at::set_num_threads(threads);
  at::manual_seed(3);
  std::vector<at::Tensor> parameters{at::randn({300, 257}).to(dtype), at::randn({5}).to(dtype)};
  auto optimizer = Lamb{.mom = mom, .wd = .1}.make({parameters});
  optimizer.set_hyper("lr", .05);
  for (int step = 0; step < 3; ++step) {
    for (auto& p : parameters) p.requires_grad_().mutable_grad() = at::randn(p.sizes()).to(dtype);
    optimizer.step();
  }
  for (auto& p : parameters) p = p.detach();
  return parameters;
}

}  // namespace

TEST_CASE("Lamb: sums over a large parameter are exact and do not depend on the threads") {
  int const before = at::get_num_threads();
  auto const one = large_step(1, at::kFloat, .9), exact = large_step(1, at::kDouble, .9);
  for (int const threads : {2, 3}) {
    auto const more = large_step(threads, at::kFloat, .9);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(at::equal(one[i], more[i]));
  }
  at::set_num_threads(before);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(at::allclose(one[i].to(at::kDouble), exact[i], 1e-5, 1e-6));
}

TEST_CASE("Lamb and Larc: a parameter of zeros, whose size tells nothing") {
  for (bool const lamb : {true, false}) {
    auto p = at::zeros({4}).requires_grad_();
    auto optimizer = lamb ? Lamb{}.make({{p}}) : Larc{}.make({{p}});
    optimizer.set_hyper("lr", .1);
    p.mutable_grad() = at::ones({4});
    optimizer.step();
    CHECK(p[0].item<double>() == doctest::Approx(lamb ? -.1 : 0).epsilon(1e-4));  // as in fastai
  }
}

namespace {

// Against the gradient, divided by how many numbers the parameter has and by the sum of their distances from 1.
struct by_distance {
  static constexpr std::array hypers{Hyper{"lr", 1.}};
  static constexpr std::size_t sums = 1;
  struct Scalars {
    double size;
  };
  static Scalars scalars(HyperValues<1> const& h, std::int64_t) { return {h[0]}; }
  static auto terms(auto& p, auto& /*grad*/, Scalars) { return std::array{abs(p - 1.)}; }
  static Scalars knowing(Scalars s, auto const& totals, std::int64_t numbers) {
    return {s.size / (totals[0] * static_cast<double>(numbers))};
  }
  static void apply(auto& p, auto& grad, Scalars s) { p -= s.size * grad; }
};

}  // namespace

TEST_CASE("steppers: one of your own that knows a sum, where no block is whole and behind other steppers") {
  for (auto const dtype : {at::kFloat, at::kDouble})
    for (std::int64_t const count : {1, 3, 8, 11}) {
      auto p = at::full({count}, 3., dtype).requires_grad_();
      Optimizer optimizer(steppers(weight_decay{}, by_distance{}), {{p}});
      optimizer.set_hyper("wd", .5);  // 3 becomes 1.5, .5 from 1
      p.mutable_grad() = at::ones({count}, dtype);
      optimizer.step();
      double const n = static_cast<double>(count);
      CHECK(p[0].item<double>() == doctest::Approx(1.5 - 1 / (.5 * n * n)));
    }
}

TEST_CASE("Optimizer: a gradient that is a view of the negative is read as one") {
  auto p = at::ones({9}).requires_grad_();
  auto optimizer = SGD{}.make({{p}});
  optimizer.set_hyper("lr", .5);
  p.mutable_grad() = at::_neg_view(at::ones({9}));
  optimizer.step();
  CHECK(p.eq(1.5).all().item<bool>());
}
