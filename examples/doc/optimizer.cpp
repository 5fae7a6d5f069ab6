// Optimizers: a recipe, one of your own from steppers, groups and freezing, the state, and schedules.
#include <fastxx/low/optim/lookahead.hpp>
#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cstdio>

using namespace fastxx;

// Lion (Chen et al. 2023): the sign of a blend of gradient and average; the average then follows the gradient. The
// formula is written once, for a number, and becomes one loop over memory with the steppers before it.
struct lion_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-4}, Hyper{"beta1", .9}, Hyper{"beta2", .99}};
  static constexpr std::array<std::string_view, 1> state{"grad_avg"};

  static void apply(auto& p, auto& grad, auto& average, auto const& h) {
    auto const [lr, beta1, beta2] = h;
    p -= lr * sign(beta1 * average + (1 - beta1) * grad);
    average = beta2 * average + (1 - beta2) * grad;
  }
};

int main() {
  at::Tensor const body = at::ones({3}).requires_grad_(), head = at::ones({3}).requires_grad_();
  auto step = [&](Optimizer& optimizer) {
    for (at::Tensor const& p : {body, head})
      if (p.requires_grad()) p.mutable_grad() = at::full({3}, 2.);
    optimizer.step();
    std::printf("body %.4f, head %.4f\n", body[0].item<double>(), head[0].item<double>());
  };

  Optimizer adam = Adam{.mom = .9, .wd = 0}.make({{body}, {head}});
  adam.set_hyper("lr", std::vector<double>{.01, .1});  // the head learns ten times as fast
  adam.freeze();                                       // all but the last group
  step(adam);
  adam.unfreeze();
  OptimizerState const kept = adam.state_dict();
  step(adam);
  adam.load_state_dict(kept);  // as if the second step's averages had not been

  Optimizer lion(steppers(weight_decay{}, lion_step{}), {{body, head}});
  lion.set_hyper("lr", .1);
  step(lion);

  // LARC and LAMB choose a rate for each parameter, by its size and that of its gradient or step.
  auto lamb = Lamb{.wd = .01}.make({{body, head}});
  lamb.set_hyper("lr", .01);
  step(lamb);
  auto larc = Larc{.trust_coeff = .5}.make({{body, head}});
  larc.set_hyper("lr", .1);
  step(larc);

  // Slow weights behind any of them; ranger() is RAdam behind Lookahead.
  auto ahead = Lookahead{SGD{.mom = .9}, /*k=*/2, /*alpha=*/.5}.make({{body, head}});
  ahead.set_hyper("lr", .1);
  for (int i = 0; i < 2; ++i) {
    for (at::Tensor const& p : {body, head}) p.mutable_grad() = at::ones({3});
    ahead.step();
  }
  std::printf("half the way: %.4f\n", body[0].item<double>());

  // A schedule is a function of the position in training, from 0 to 1.
  auto const warm_up = combine_scheds({.2, .8}, SchedLin{0, 1e-2}, SchedCos{1e-2, 1e-5});
  OneCycle const cycle{.lr_max = 1e-2};
  for (double const position : {0., .2, 1.})
    std::printf("at %.1f: warm-up %.5f, one cycle %.5f\n", position, warm_up(position), cycle.lr(position));
}
