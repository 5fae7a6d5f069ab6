// Where a model goes wrong: a table of each class's scores, of items as of pixels, and the worst pictures beside their masks.
#include <fastxx/mid.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>

using namespace fastxx;

namespace {

// Grey pictures of 16 x 16: noise, and in it a bright field (class 1) and a dark one (class 2).
std::vector<std::tuple<TensorImageBW, TensorMask>> fields(int n) {
  std::vector<std::tuple<TensorImageBW, TensorMask>> items;
  for (int i = 0; i < n; ++i) {
    at::Tensor const mask = at::zeros({16, 16}, at::kLong);
    at::Tensor const image = at::rand({1, 16, 16}) * .6 + .2;
    int const row = i % 3, column = i % 5;
    mask.narrow(0, row, 5).narrow(1, column, 6).fill_(1);
    mask.narrow(0, row + 8, 4).narrow(1, column + 4, 5).fill_(2);
    image.add_(mask.eq(1), .3).add_(mask.eq(2), -.3).clamp_(0, 1);
    items.emplace_back(TensorImageBW(image), TensorMask(mask));
  }
  return items;
}

void of_pixels() {
  set_seed(1);
  DataLoader const train(fields(60), {.batch_size = 10, .shuffle = true, .seed = 1}),
      valid(fields(20), {.batch_size = 10});
  auto const conv = [](int in, int out) { return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1)); };
  Learner learn(DataLoaders(std::vector{train, valid}), Sequential(conv(1, 8), torch::nn::ReLU(), conv(8, 3)),
                loss_func(CrossEntropyLossFlat{.axis = 1}), metrics(DiceMulti()));
  learn.dls.set_class_names({"nothing", "bright", "dark"});
  learn.logger = {};  // no table
  learn.fit_one_cycle(20, {.lr_max = .05});

  SegmentationInterpretation const interp(learn);
  std::cout << interp.segmentation_report() << "\n" << interp.top_losses_table(2);
  auto const folder = std::filesystem::temp_directory_path() / "fastxx_interpretation";
  std::filesystem::create_directories(folder);
  std::cout << interp.plot_top_losses(3, folder / "top_losses.png") << "\n";  // input, target, prediction
  for (auto const& one : interp.scores().classes)
    if (one.seen() && one.iou < .5) std::printf("%s is found badly\n", one.name.c_str());
  std::filesystem::remove_all(folder);
}

void of_items() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{
      {at::tensor({2.F, 0.F, 0.F, 1.F, 3.F, 0.F, 1.F, 0.F}).view({4, 2}), at::tensor({0, 1, 0, 1})}};
  Learner learn(loaders_of(batches, batches), Sequential(torch::nn::Identity()), loss_func(CrossEntropyLossFlat{}));
  learn.dls.set_class_names({"cat", "dog"});
  ClassificationInterpretation const interp(learn);
  interp.print_classification_report();
  std::printf("of the dogs %.0f%% are found\n", 100 * interp.scores().classes.at(1).recall);

  // The same of a confusion matrix from anywhere.
  auto const scores = class_scores(at::tensor({8, 2, 1, 9}).view({2, 2}), {"cat", "dog"});
  std::printf("accuracy %.2f, mean F1 %.3f\n", scores.accuracy, scores.macro_avg.f1);
}

}  // namespace

int main() {
  of_items();
  of_pixels();
}
