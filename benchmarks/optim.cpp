// One step of each optimizer on the parameters of a ResNet-18 and of a small MLP, against torch::optim's where it has one,
// else against the loop that one writes by hand: one pass over each tensor, two where a norm is needed, with all threads.
// Adam's figures are in adam_step.cpp. Build with plain -O2.

#include "compare.hpp"
#include "shapes.hpp"
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <ATen/Parallel.h>
#include <cmath>
#include <functional>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

namespace {

using fastxx::bench::Shapes;

struct Job {
  float *p, *grad, *avg, *sqr;
  std::int64_t size;
};

// A hand-written optimizer: the tensors' memory, two averages and the count of steps.
struct ByHand {
  std::vector<at::Tensor> parameters, averages, squares;
  int step = 0;

  explicit ByHand(std::vector<at::Tensor> const& all) : parameters(all) {
    for (auto const& p : all) averages.push_back(at::zeros_like(p)), squares.push_back(at::zeros_like(p));
  }
  template <class Body>
  void each(Body const& body) {
    ++step;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      body(Job{parameters[i].data_ptr<float>(), parameters[i].grad().data_ptr<float>(), averages[i].data_ptr<float>(),
               squares[i].data_ptr<float>(), parameters[i].numel()});
  }
};

constexpr float lr = 1e-3F, mom = .9F, sqr_mom = .99F, eps = 1e-5F;
constexpr std::int64_t worth_threads = 30000;

void radam_by_hand(ByHand& hand) {
  hand.each([&](Job const& job) {
    float const power = std::pow(sqr_mom, static_cast<float>(hand.step)), r_inf = 2 / (1 - sqr_mom) - 1;
    float const d1 = 1 - std::pow(mom, static_cast<float>(hand.step)), d2 = 1 - power;
    float const r = r_inf - 2 * static_cast<float>(hand.step) * power / (1 - power);
    bool const rectified = r > 5;
    float const v = rectified ? std::sqrt((r - 4) * (r - 2) * r_inf / ((r_inf - 4) * (r_inf - 2) * r)) : 1;
    float const size = lr / d1 * v, root = 1 / std::sqrt(d2);
    Job const j = job;
#pragma omp parallel for simd if (j.size > worth_threads)
    for (std::int64_t i = 0; i < j.size; ++i) {
      float const g = j.grad[i], a = j.avg[i] * mom + g * (1 - mom), s = j.sqr[i] * sqr_mom + g * g * (1 - sqr_mom);
      j.avg[i] = a, j.sqr[i] = s;
      j.p[i] -= rectified ? size * a / (std::sqrt(s) * root + eps) : size * a;
    }
  });
}

void qhadam_by_hand(ByHand& hand) {
  hand.each([&](Job const& j) {
    float const nu_1 = .7F, nu_2 = 1, d1 = 1 - std::pow(mom, static_cast<float>(hand.step));
    float const d2 = 1 - std::pow(sqr_mom, static_cast<float>(hand.step));
#pragma omp parallel for simd if (j.size > worth_threads)
    for (std::int64_t i = 0; i < j.size; ++i) {
      float const g = j.grad[i], a = j.avg[i] * mom + g * (1 - mom), s = j.sqr[i] * sqr_mom + g * g * (1 - sqr_mom);
      j.avg[i] = a, j.sqr[i] = s;
      j.p[i] -= lr * ((1 - nu_1) * g + nu_1 / d1 * a) / (std::sqrt((1 - nu_2) * g * g + nu_2 / d2 * s) + eps);
    }
  });
}

void larc_by_hand(ByHand& hand) {
  hand.each([&](Job const& j) {
    double weight = 0, gradient = 0;
#pragma omp parallel for simd reduction(+ : weight, gradient) if (j.size > worth_threads)
    for (std::int64_t i = 0; i < j.size; ++i) {
      weight += double{j.p[i]} * double{j.p[i]};
      gradient += double{j.grad[i]} * double{j.grad[i]};
    }
    float const own = lr * .02F * static_cast<float>(std::sqrt(weight) / (std::sqrt(gradient) + 1e-8));
    float const rate = std::min(lr, own);
#pragma omp parallel for simd if (j.size > worth_threads)
    for (std::int64_t i = 0; i < j.size; ++i) {
      j.avg[i] = j.avg[i] * mom + j.grad[i];
      j.p[i] -= rate * j.avg[i];
    }
  });
}

void lamb_by_hand(ByHand& hand) {
  hand.each([&](Job const& j) {
    float const d1 = 1 - std::pow(mom, static_cast<float>(hand.step)),
                root = std::sqrt(1 - std::pow(sqr_mom, static_cast<float>(hand.step)));
    float const size = root / d1, small = eps * root;
    double weight = 0, length = 0;
#pragma omp parallel for simd reduction(+ : weight, length) if (j.size > worth_threads)
    for (std::int64_t i = 0; i < j.size; ++i) {
      float const g = j.grad[i], a = j.avg[i] * mom + g * (1 - mom), s = j.sqr[i] * sqr_mom + g * g * (1 - sqr_mom);
      j.avg[i] = a, j.sqr[i] = s;
      float const step = size * a / (std::sqrt(s) + small);
      weight += double{j.p[i]} * double{j.p[i]};
      length += double{step} * double{step};
    }
    float const rate = lr * static_cast<float>(std::min(std::sqrt(weight / length), 10.));
#pragma omp parallel for simd if (j.size > worth_threads)
    for (std::int64_t i = 0; i < j.size; ++i) j.p[i] -= rate * size * j.avg[i] / (std::sqrt(j.sqr[i]) + small);
  });
}

void run(std::string const& name, Shapes const& shapes, std::string const& model) {
  bool const small = model == "mlp";
  auto const plan = [&](std::string const& which, char const* other) {
    return fastxx::bench::Plan{.name = "optim_" + which + "_" + model,
                               .unit = small ? "us" : "ms",
                               .note = std::to_string(at::get_num_threads()) + " threads; other: " + other,
                               .rounds = small ? 51 : 15,
                               .calls = small ? 40 : 1};
  };
  auto const torch_pair = [&](auto const& recipe, auto other, char const* text) {
    auto ours = recipe.make({fastxx::bench::parameters(shapes)});
    fastxx::bench::compare(
        plan(name, text), [&] { ours.step(); }, [&] { other.step(); });
  };
  auto const hand_pair = [&](auto const& recipe, void (*by_hand)(ByHand&)) {
    auto ours = recipe.make({fastxx::bench::parameters(shapes)});
    ByHand other(fastxx::bench::parameters(shapes));
    fastxx::bench::compare(
        plan(name, "by hand"), [&] { ours.step(); }, [&] { by_hand(other); });
  };
  if (name == "sgd")
    torch_pair(fastxx::SGD{.mom = .9},
               torch::optim::SGD(fastxx::bench::parameters(shapes), torch::optim::SGDOptions(lr).momentum(.9)),
               "torch::optim::SGD");
  if (name == "rmsprop")
    torch_pair(fastxx::RMSProp{},
               torch::optim::RMSprop(fastxx::bench::parameters(shapes), torch::optim::RMSpropOptions(lr)),
               "torch::optim::RMSprop");
  if (name == "radam") hand_pair(fastxx::RAdam{}, radam_by_hand);
  if (name == "qhadam") hand_pair(fastxx::QHAdam{.mom = .9, .sqr_mom = .99}, qhadam_by_hand);
  if (name == "larc") hand_pair(fastxx::Larc{}, larc_by_hand);
  if (name == "lamb") hand_pair(fastxx::Lamb{}, lamb_by_hand);
}

}  // namespace

int main() {
  at::set_num_threads(2);
  for (auto const* const name : {"sgd", "rmsprop", "radam", "qhadam", "larc", "lamb"}) {
    run(name, fastxx::bench::resnet18(), "resnet18");
    run(name, fastxx::bench::mlp(), "mlp");
  }
}
