// Interpretation of foreign datasets and networks: class names at run time, regression.
#include "../train/toy.hpp"
#include <fastxx/mid/data/foreign_loaders.hpp>
#include <fastxx/mid/inspect/interpret.hpp>

#include <filesystem>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Item = std::tuple<at::Tensor, std::int64_t>;
using Loader = DataLoader<std::vector<Item>>;

// Items whose input is the scores themselves: item 2 is taken for class 2, all others are right.
std::vector<Item> scored() {
  std::vector<Item> items;
  for (std::int64_t truth : {0, 1, 1, 2})
    items.emplace_back(at::one_hot(at::tensor({truth}), 3)[0].to(at::kFloat), truth);
  std::get<0>(items[2]) = at::tensor({0.F, 0.F, 1.F});
  return items;
}
DataLoaders<Loader> score_loaders(bool shuffle = false) {
  return DataLoaders(std::vector<Loader>{Loader(scored(), {.batch_size = 3, .shuffle = shuffle}),
                                         Loader(scored(), {.batch_size = 3})});
}
struct NothingImpl : torch::nn::Module {
  at::Tensor forward(at::Tensor const& x) { return x; }
};
TORCH_MODULE(Nothing);

}  // namespace

TEST_CASE("H-55 interpretation: a foreign dataset has numbers for class names, until it is given names") {
  Learner learn(score_loaders(), Nothing(), loss_func(CrossEntropyLossFlat{}));
  ClassificationInterpretation const numbered(learn);
  CHECK(numbered.vocab() == std::vector<std::string>{"0", "1", "2"});
  CHECK(numbered.accuracy() == .75);
  learn.dls.set_class_names({"cat", "dog", "owl"});
  ClassificationInterpretation const named(learn);
  auto const confused = named.most_confused();
  REQUIRE(confused.size() == 1);
  CHECK(confused[0].actual == "dog");
  CHECK(confused[0].predicted == "owl");
  CHECK(named.top_losses_table(1).find("dog     owl\n") != std::string::npos);
  CHECK(numbered.top_losses_table(1).find("1       2\n") != std::string::npos);
  auto const path = std::filesystem::temp_directory_path() / "fastxx_interpret_test.png";
  CHECK(std::filesystem::exists(named.plot_confusion_matrix(path)));
  std::filesystem::remove(path);
}

TEST_CASE("TR-17 interpretation of a shuffled training loader: all items, in the order of the dataset") {
  Learner learn(score_loaders(/*shuffle=*/true), Nothing(), loss_func(CrossEntropyLossFlat{}));
  ClassificationInterpretation const interp(learn, learn.dls.train());
  CHECK(interp.predictions().preds.size(0) == 4);
  CHECK(interp.top_losses(1).second.item<std::int64_t>() == 2);
  std::string const table = interp.top_losses_table(1);
  CHECK(table.find("\n2  ") != std::string::npos);  // item 2: class 1, taken for 2
}

TEST_CASE("regression: the largest losses as a table") {
  auto learn = toy::learner();
  Interpretation const interp(learn);
  CHECK(interp.top_losses(2).second[0].item<std::int64_t>() == 3);
  CHECK(interp.top_losses_table(1) ==
        "item  loss   target  prediction\n"
        "3     57.76  7.6     0\n");
  CHECK_THROWS_WITH_AS((ClassificationInterpretation(learn)), doctest::Contains("[interpret.classes]"), tensor_error);
}

TEST_CASE("interpretation of somebody else's loaders") {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{{at::eye(3), at::tensor({0, 1, 1})}};
  Learner learn(loaders_of(batches, batches), Nothing(), loss_func(CrossEntropyLossFlat{}));
  learn.dls.set_class_names({"cat", "dog", "owl"});
  ClassificationInterpretation const interp(learn);
  CHECK(interp.most_confused().at(0).predicted == "owl");
}
