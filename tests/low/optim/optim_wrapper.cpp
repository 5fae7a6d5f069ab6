#include <fastxx/low/optim/optim_wrapper.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/low/torch/optim.hpp>

#include <doctest/doctest.h>
#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

// A small network, always with the same weights, and a batch.
struct Problem {
  torch::nn::Linear first{4, 8}, last{8, 1};
  at::Tensor x, y;

  Problem() {
    torch::manual_seed(3);
    for (auto const& p : {first->weight, first->bias, last->weight, last->bias}) {
      torch::NoGradGuard const guard;
      at::Tensor(p).copy_(at::randn_like(p));
    }
    x = at::randn({16, 4}), y = at::randn({16, 1});
  }
  std::vector<std::vector<at::Tensor>> groups() const { return {first->parameters(), last->parameters()}; }
  std::vector<at::Tensor> all() const { return {first->weight, first->bias, last->weight, last->bias}; }
  void backward() { at::mse_loss(last->forward(first->forward(x).tanh()), y).backward(); }
};

bool same_bits(std::vector<at::Tensor> const& a, std::vector<at::Tensor> const& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::equal(a[i], b[i])) return false;
  return true;
}

// The library's kind of loop, for anything that looks like an Optimizer; the rate falls from 0.1 to 0.
template <class Opt>
void train(Opt& opt, Problem& problem, int from, int to) {
  SchedLin const schedule{.1, 0};
  for (int step = from; step < to; ++step) {
    opt.set_hyper("lr", schedule(step / 8.));
    problem.backward();
    opt.step();
    opt.zero_grad();
  }
}

// The same by hand.
template <class Torch, class Options>
void train_by_hand(Problem& problem, Options options) {
  Torch opt(problem.all(), options);
  for (int step = 0; step < 8; ++step) {
    static_cast<Options&>(opt.param_groups()[0].options()).lr(SchedLin{.1, 0}(step / 8.));
    opt.zero_grad();
    problem.backward();
    opt.step();
  }
}

template <class Torch, class Options>
bool equals_by_hand(Options options) {
  Problem ours, theirs, untrained;
  auto wrapper = TorchOptimizer<Torch>{options}.make(ours.groups());
  train(wrapper, ours, 0, 8);
  train_by_hand<Torch>(theirs, options);
  return same_bits(ours.all(), theirs.all()) && !same_bits(ours.all(), untrained.all());
}

template <class Action>
std::string message(Action action) {
  try {
    action();
  } catch (fastxx::error const& e) {
    return e.what();
  }
  return "no error";
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

using Sgd = torch::optim::SGD;
using SgdOptions = torch::optim::SGDOptions;

}  // namespace

TEST_CASE("L-44 OptimWrapper: gives the bits of a plain loop over libtorch's optimizer, schedule included") {
  CHECK(equals_by_hand<Sgd>(SgdOptions(.1).momentum(.9).weight_decay(.01)));
  CHECK(equals_by_hand<torch::optim::Adam>(torch::optim::AdamOptions()));
  CHECK(equals_by_hand<torch::optim::AdamW>(torch::optim::AdamWOptions()));
  CHECK(equals_by_hand<torch::optim::RMSprop>(torch::optim::RMSpropOptions()));
  CHECK(equals_by_hand<torch::optim::Adagrad>(torch::optim::AdagradOptions()));
}

TEST_CASE("L-44 OptimWrapper: hyper-parameters have fastai's names and reach libtorch's groups") {
  Problem problem;
  auto sgd = TorchOptimizer<Sgd>{SgdOptions(.1).momentum(.9)}.make(problem.groups());
  CHECK(sgd.hyper_names() == std::vector<std::string>{"lr", "mom", "wd", "dampening"});
  sgd.set_hyper("lr", std::vector{.5, .25});
  sgd.set_hyper("mom", .8);
  sgd.set_hyper("wd", .125);
  auto const& options = static_cast<SgdOptions&>(sgd.torch_optimizer().param_groups()[1].options());
  CHECK(options.lr() == .25);
  CHECK(options.momentum() == .8);
  CHECK(options.weight_decay() == .125);
  CHECK(sgd.hyper("lr") == std::vector{.5, .25});

  auto adam = TorchOptimizer<torch::optim::Adam>{}.make(problem.groups());
  adam.set_hyper("mom", .5);
  adam.set_hyper("sqr_mom", .75);
  adam.set_hyper("eps", 1e-3);
  auto const& adam_options =
      static_cast<torch::optim::AdamOptions&>(adam.torch_optimizer().param_groups()[0].options());
  CHECK(adam_options.betas() == std::tuple(.5, .75));
  CHECK(adam_options.eps() == 1e-3);

  auto rmsprop = TorchOptimizer<torch::optim::RMSprop>{}.make(problem.groups());
  rmsprop.set_hyper("sqr_mom", .5);
  CHECK(static_cast<torch::optim::RMSpropOptions&>(rmsprop.torch_optimizer().param_groups()[0].options()).alpha() ==
        .5);
}

TEST_CASE("L-44 OptimWrapper: wraps an optimizer that exists, and one assigned anew") {
  Problem problem;
  auto wrapper = OptimWrapper(Sgd(problem.all(), SgdOptions(.5)));
  CHECK(wrapper.n_groups() == 1);
  CHECK(wrapper.hyper("lr") == std::vector{.5});
  wrapper = OptimWrapper(Sgd(problem.first->parameters(), SgdOptions(.25)));
  CHECK(wrapper.hyper("lr") == std::vector{.25});
  CHECK(wrapper.groups()[0].size() == 2);
}

TEST_CASE("L-44 OptimWrapper: freezing trains the last groups only, and those that are forced") {
  Problem problem, before;
  auto opt = TorchOptimizer<Sgd>{SgdOptions(.1)}.make(problem.groups());
  opt.force_train({problem.first->bias});
  problem.backward();
  opt.freeze();
  CHECK(opt.frozen_idx() == 1);
  CHECK_FALSE(problem.first->weight.grad().defined());  // the gradient from before must not move it
  opt.step();
  opt.zero_grad();
  train(opt, problem, 0, 2);
  CHECK(at::equal(problem.first->weight, before.first->weight));
  CHECK_FALSE(at::equal(problem.first->bias, before.first->bias));
  CHECK_FALSE(at::equal(problem.last->weight, before.last->weight));
  opt.unfreeze();
  train(opt, problem, 0, 1);
  CHECK_FALSE(at::equal(problem.first->weight, before.first->weight));
}

TEST_CASE("L-44 OptimWrapper: a state goes back, into the same optimizer and into a new one") {
  Problem once, resumed;
  auto opt = TorchOptimizer<torch::optim::Adam>{}.make(once.groups());
  auto other = TorchOptimizer<torch::optim::Adam>{}.make(resumed.groups());
  auto const fresh = opt.state_dict();
  train(opt, once, 0, 4);
  train(other, resumed, 0, 4);
  auto const half = opt.state_dict();
  auto next = TorchOptimizer<torch::optim::Adam>{}.make(resumed.groups());
  next.load_state_dict(half);
  CHECK(next.hyper("lr") == opt.hyper("lr"));
  train(opt, once, 4, 8);
  train(next, resumed, 4, 8);
  CHECK(same_bits(once.all(), resumed.all()));

  // A state from before the first step has no averages, and later steps have not changed the copy.
  Problem again, first;
  opt.load_state_dict(fresh);
  CHECK(opt.torch_optimizer().state().empty());
  auto third = TorchOptimizer<torch::optim::Adam>{}.make(again.groups());
  auto fourth = TorchOptimizer<torch::optim::Adam>{}.make(first.groups());
  third.load_state_dict(fresh);
  train(third, again, 0, 2);
  train(fourth, first, 0, 2);
  CHECK(same_bits(again.all(), first.all()));
  third.clear_state();
  CHECK(third.torch_optimizer().state().empty());
}

TEST_CASE("L-44 OptimWrapper: what does not fit is refused, and nothing has changed") {
  Problem problem;
  auto opt = TorchOptimizer<Sgd>{SgdOptions(.1).momentum(.9)}.make(problem.groups());
  CHECK(has(message([&] { opt.set_hyper("momentum", 1.); }), "[optimizer.unknown_hyper]"));
  CHECK(has(message([&] { opt.set_hyper("momentum", 1.); }), "one of lr, mom, wd, dampening; got 'momentum'"));
  CHECK(has(message([&] { opt.set_hyper("lr", std::vector{1., 2., 3.}); }), "[optimizer.hyper_count]"));
  CHECK(has(message([&] { opt.freeze_to(3); }), "[optimizer.freeze]"));
  CHECK(has(message([&] { OptimWrapper(Sgd(problem.all(), SgdOptions(1))).freeze(); }), "at least two groups"));

  train(opt, problem, 0, 1);
  auto state = opt.state_dict();
  state.archive.resize(20);
  CHECK(has(message([&] { opt.load_state_dict(state); }), "[optimizer.state]"));
  CHECK(opt.torch_optimizer().state().size() == 4);
  state.hypers.pop_back();
  CHECK(has(message([&] { opt.load_state_dict(state); }), "expected 2 groups; got 1"));
  auto const adam = TorchOptimizer<torch::optim::Adam>{}.make(problem.groups()).state_dict();
  CHECK(has(message([&] { opt.load_state_dict(adam); }), "hyper-parameter 'dampening'"));

  // The first group fits, the second does not: libtorch throws between them.
  auto shorter = problem.groups();
  shorter[1].pop_back();
  auto const other = TorchOptimizer<Sgd>{SgdOptions(.7).nesterov(true).momentum(.5)}.make(shorter).state_dict();
  CHECK(has(message([&] { opt.load_state_dict(other); }), "[optimizer.state]"));
  CHECK(opt.hyper("lr") == std::vector{.1, .1});
  CHECK_FALSE(static_cast<SgdOptions&>(opt.torch_optimizer().param_groups()[0].options()).nesterov());
  CHECK(opt.torch_optimizer().state().size() == 4);

  auto make = [](std::vector<std::vector<at::Tensor>> const& groups) {
    TorchOptimizer<Sgd>{SgdOptions(.1)}.make(groups);
  };
  auto const p = at::ones({2}).requires_grad_();
  CHECK(has(message([&] { make({{p}, {p}}); }), "[optimizer.repeated_parameter]"));
  CHECK(has(message([&] { make({{p * 2}}); }), "[optimizer.parameter]"));
  CHECK(has(message([&] { make({{}}); }), "[optimizer.no_parameters]"));
}
