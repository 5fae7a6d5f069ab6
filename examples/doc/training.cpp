// Beyond one loader and one output: batches from anywhere, a model that gives several tensors, rates by group, callbacks
// that watch a number, predictions.
#include <fastxx/mid.hpp>

#include <cstdio>
#include <filesystem>

using namespace fastxx;

struct Guess {  // what the network below gives: the numbers, and how sure it is of them
  at::Tensor numbers, doubt;
};
template <>
struct fastxx::prediction_of<Guess> {  // what losses and metrics see
  static at::Tensor get(Guess const& guess) { return guess.numbers; }
};

struct NetImpl : torch::nn::Module {
  Guess forward(at::Tensor const& x) {
    auto const hidden = body->forward(x).relu();
    return {.numbers = head->forward(hidden), .doubt = hidden.std()};
  }
  torch::nn::Linear body = register_module("body", torch::nn::Linear(1, 8)),
                    head = register_module("head", torch::nn::Linear(8, 1));
};
TORCH_MODULE(Net);

int main() {
  // A DataLoader trains, a plain vector of batches validates; foreign(loader) takes one of libtorch's.
  std::vector<std::tuple<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 64; ++i) points.emplace_back(at::full({1}, i / 64.), at::full({1}, 2 - i / 32.));
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{{at::full({2, 1}, .5), at::full({2, 1}, 1.)}};
  auto dls = loaders_of(DataLoader(points, {.batch_size = 8, .shuffle = true, .seed = 1}), batches);

  set_seed(1);
  auto const groups = [](Net const& net) {
    return std::vector{std::vector{net->body->weight, net->body->bias}, {net->head->weight, net->head->bias}};
  };
  Learner learn(std::move(dls), Net(), loss_func(MSELossFlat{}), splitter(groups));

  auto const folder = std::filesystem::temp_directory_path() / "fastxx_training";
  learn.fit(20, {.lr = slice(.01, .1)},  // the first group slower than the last
            callbacks(SaveModel(folder / "best", {.track = {.monitor = "valid_loss"}}),
                      EarlyStopping({.track = {.monitor = "valid_loss"}, .patience = 3})));

  // Transfer: the last group alone, then everything; a constant rate that falls at the end; cycles with restarts.
  learn.fine_tune(2, {.base_lr = .01});
  learn.fit_flat_cos(2, {.lr = .01});
  learn.fit_sgdr(2, 1, {.lr_max = .01});  // 1 + 2 epochs

  // learn.tta() predicts with the random transforms of training, several times, and averages.
  Predictions const all = learn.get_preds(batches, {.with_decoded = true});
  std::printf("predicted %.1f, expected %.1f\n", all.preds[0].item<double>(), all.targs[0].item<double>());
  std::printf("%s", Interpretation(learn, batches).top_losses_table(1).c_str());
  std::filesystem::remove_all(folder);
}
