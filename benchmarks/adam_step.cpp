// One step of Adam on the parameters of a ResNet-18 and of a small MLP: fastxx (with its decoupled weight decay)
// against torch::optim::Adam (without any, so it has less to do). Build with plain -O2.

#include "compare.hpp"
#include "shapes.hpp"
#include <fastxx/low/optim/recipes.hpp>

#include <ATen/Parallel.h>
#include <torch/optim/adam.h>

namespace {

using fastxx::bench::Shapes;

std::string described(std::vector<at::Tensor> const& tensors) {
  std::int64_t numbers = 0;
  for (auto const& tensor : tensors) numbers += tensor.numel();
  return std::to_string(tensors.size()) + " tensors, " + std::to_string(numbers) + " numbers, " +
         std::to_string(at::get_num_threads()) + " thread(s); other: torch::optim::Adam";
}

void run(fastxx::bench::Plan plan, Shapes const& shapes) {
  auto const our_parameters = fastxx::bench::parameters(shapes), other_parameters = fastxx::bench::parameters(shapes);
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
  run({.name = "adam_step_resnet18", .unit = "ms", .rounds = 15}, fastxx::bench::resnet18());
  run({.name = "adam_step_mlp", .unit = "us", .rounds = 51, .calls = 40}, fastxx::bench::mlp());
}
