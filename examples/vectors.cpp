// Pairs of a vector and a label in memory: described, split, trained on, explained, and asked about a new vector.
#include <fastxx/vision.hpp>

#include <cmath>
#include <iostream>
using namespace fastxx;

using Point = std::pair<std::vector<float>, std::string>;  // or your own struct, with get_x(&Row::features)

std::vector<Point> spirals(std::size_t n) {
  std::vector<Point> points;
  Random random(1);
  for (std::size_t i = 0; i < n; ++i) {
    auto const arm = static_cast<std::size_t>(random.below(3));
    double const r = random.uniform(), angle = 4 * r + 2.1 * static_cast<double>(arm) + random.uniform(-.25, .25);
    points.push_back({{static_cast<float>(r * std::cos(angle)), static_cast<float>(r * std::sin(angle))},
                      std::array{"first", "second", "third"}[arm]});
  }
  return points;
}

int main() {
  return run_program([] {
    DataBlock const block(blocks(TransformBlock(), CategoryBlock()), splitter(RandomSplitter{.seed = 42}));
    auto const points = spirals(3000);
    auto dls = block.dataloaders(points, {.batch_size = 64, .seed = 42});
    std::cout << show_batch(dls) << std::endl;
    set_seed(42);
    Sequential net(torch::nn::Linear(2, 64), torch::nn::ReLU(), torch::nn::Linear(64, 64), torch::nn::ReLU(),
                   torch::nn::Linear(64, dls.c()));
    Learner learn(dls, net, metrics(accuracy));
    learn.fit_one_cycle(8, {.lr_max = 1e-2});
    for (auto const& one : ClassificationInterpretation(learn).most_confused())
      std::cout << one.count << " times the " << one.actual << " was called the " << one.predicted << std::endl;
    std::cout << "(0.5, 0.0) lies on the " << std::get<0>(learn.predict(std::vector<float>{.5F, 0})) << std::endl;
  });
}
