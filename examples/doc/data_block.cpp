// Data described once: what an item is made of, where items come from, how they are split, what is done to them.
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/block.hpp>
#include <fastxx/mid/data/from_columns.hpp>
#include <fastxx/mid/inspect/show.hpp>
#include <fastxx/mid/inspect/summary.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <filesystem>
#include <iostream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace fastxx;

struct Fruit {
  float grams, centimetres;
  std::string kind;
  std::vector<std::string> colours;
};
std::vector<Fruit> const fruits{{150, 8, "apple", {"red", "green"}}, {120, 19, "banana", {"yellow"}},
                                {170, 9, "apple", {"green"}},        {115, 18, "banana", {"green", "yellow"}},
                                {160, 8, "apple", {"red"}},          {125, 20, "banana", {}}};

// A block of your own: what the getter gives, through a pipeline; item_tfms(...), batch_tfms(...) may follow.
struct Measures {
  at::Tensor operator()(Fruit const& fruit) const { return at::tensor({fruit.grams / 100, fruit.centimetres / 10}); }
};
auto measures_block() { return TransformBlock(pipeline(Measures{})); }

// Training and serving call this.
auto kinds() {
  return DataBlock(blocks(measures_block(), CategoryBlock()), get_y(&Fruit::kind),
                   splitter(EndSplitter{.valid_pct = .4}));
}

int main() {
  std::cout << summary(kinds(), fruits) << "\n";

  auto dls = kinds().dataloaders(fruits, {.batch_size = 2, .seed = 1});
  std::cout << show_batch(dls) << "\n";
  set_seed(1);
  Learner learn(dls, Sequential(torch::nn::Linear(2, dls.c())));
  learn.logger = [](auto const&) {};
  learn.fit(20, {.lr = .1});
  auto const file = std::filesystem::temp_directory_path() / ("fastxx-example-block-" + std::to_string(::getpid()));
  learn.export_to(file);
  auto model = load_learner(file, kinds(), [](std::int64_t n) { return Sequential(torch::nn::Linear(2, n)); });
  std::cout << "180 g, 9 cm: " << std::get<0>(model.predict(Fruit{180, 9, "", {}})) << "\n";
  std::filesystem::remove(file);

  // Several classes of an item, and a number of it.
  DataBlock const colours(blocks(measures_block(), MultiCategoryBlock()), get_y(&Fruit::colours),
                          splitter(EndSplitter{}));
  std::cout << show_batch(colours.dataloaders(fruits, {.batch_size = 3, .shuffle = false})) << "\n";
  DataBlock const weights(blocks(TransformBlock(), RegressionBlock()), get_x(&Fruit::centimetres), get_y(&Fruit::grams),
                          splitter(EndSplitter{}));
  std::cout << show_batch(weights.dataloaders(fruits, {.batch_size = 3, .shuffle = false}));

  // Columns need no getters; rows that are pairs, or structs of as many members as there are blocks, are columns too.
  std::vector<float> const grams{150, 120, 170, 115, 160}, prices{.5, .25, .55, .25, .5};
  auto const priced = from_columns(blocks(TransformBlock(), RegressionBlock()), splitter(EndSplitter{}));
  std::cout << "\n" << show_batch(priced.dataloaders(std::pair(grams, prices), {.batch_size = 4, .shuffle = false}));
}
