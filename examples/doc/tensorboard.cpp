// A training for TensorBoard: tensorboard --logdir runs
#include <fastxx/mid.hpp>

#include <cstdio>
#include <filesystem>

using namespace fastxx;

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> batches;
  for (int i = 0; i < 10; ++i) batches.emplace_back(at::full({2, 1}, .1 * i), at::full({2, 1}, .2 * i));
  set_seed(1);
  Learner learn(loaders_of(batches, batches), Sequential(torch::nn::Linear(1, 1)), loss_func(MSELossFlat{}),
                metrics(mae));
  auto const runs = std::filesystem::temp_directory_path() / "fastxx_runs";
  learn.fit_one_cycle(2, .1, callbacks(TensorBoard(runs / "1")));

  // Numbers and pictures of one's own.
  EventFile file(runs / "2");
  file.scalar("error", .5, 0);
  file.scalars({{"error", .4}, {"temperature", 1.5}}, 1);
  file.image("losses", plot_lines({{.y = learn.recorder().losses}}).png(), 1);
  std::printf("%s: %ld bytes\n", file.path().filename().c_str(), long(std::filesystem::file_size(file.path())));
  std::filesystem::remove_all(runs);
}
