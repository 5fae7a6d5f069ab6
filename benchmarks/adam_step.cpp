// One step of Adam on the parameters of a ResNet-18 and of a small MLP: fastxx (with its decoupled weight decay)
// against torch::optim::Adam (without any, so it has less to do). Build with plain -O2.

#include "compare.hpp"
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <ATen/Parallel.h>
#include <torch/optim/adam.h>

namespace {

using Shapes = std::vector<std::vector<std::int64_t>>;

void add_norm(Shapes& shapes, std::int64_t channels) { shapes.insert(shapes.end(), 2, {channels}); }

void add_conv(Shapes& shapes, std::vector<std::int64_t> weight) {
  shapes.push_back(weight);
  add_norm(shapes, weight[0]);
}

/// ResNet-18 for 1000 classes: 62 tensors, 11,689,512 numbers.
Shapes resnet18() {
  Shapes shapes;
  add_conv(shapes, {64, 3, 7, 7});
  std::int64_t before = 64;
  for (std::int64_t channels : {64, 128, 256, 512}) {
    add_conv(shapes, {channels, before, 3, 3});
    add_conv(shapes, {channels, channels, 3, 3});
    if (channels != before) add_conv(shapes, {channels, before, 1, 1});
    add_conv(shapes, {channels, channels, 3, 3});
    add_conv(shapes, {channels, channels, 3, 3});
    before = channels;
  }
  shapes.push_back({1000, 512});
  shapes.push_back({1000});
  return shapes;
}

/// 784-64-64-10: 6 tensors, 55,050 numbers.
Shapes mlp() { return {{64, 784}, {64}, {64, 64}, {64}, {10, 64}, {10}}; }

std::vector<at::Tensor> parameters(Shapes const& shapes) {
  at::manual_seed(1);
  std::vector<at::Tensor> result;
  for (auto const& shape : shapes) {
    auto p = at::randn(shape).requires_grad_();
    p.mutable_grad() = at::randn(shape);
    result.push_back(p);
  }
  return result;
}

std::string described(std::vector<at::Tensor> const& tensors) {
  std::int64_t numbers = 0;
  for (auto const& tensor : tensors) numbers += tensor.numel();
  return std::to_string(tensors.size()) + " tensors, " + std::to_string(numbers) + " numbers, " +
         std::to_string(at::get_num_threads()) + " thread(s); other: torch::optim::Adam";
}

void run(fastxx::bench::Plan plan, Shapes const& shapes) {
  auto const our_parameters = parameters(shapes), other_parameters = parameters(shapes);
  auto ours = fastxx::Adam{}.make({our_parameters});
  auto const options = torch::optim::AdamOptions(1e-3).betas({.9, .99}).eps(1e-5);
  torch::optim::Adam other(other_parameters, options);
  auto const name = plan.name;
  for (int threads : {2, 1}) {
    at::set_num_threads(threads);
    plan.name = threads == 1 ? name + "_1_thread" : name;
    plan.note = described(our_parameters);
    fastxx::bench::compare(
        plan, [&] { ours.step(); }, [&] { other.step(); });
  }
}

}  // namespace

int main() {
  run({.name = "adam_step_resnet18", .unit = "ms", .rounds = 15}, resnet18());
  run({.name = "adam_step_mlp", .unit = "us", .rounds = 51, .calls = 40}, mlp());
}
