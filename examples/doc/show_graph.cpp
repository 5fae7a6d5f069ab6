// Pictures of a training: its curves while it runs, and afterwards what was scheduled and what was measured.
#include <fastxx/mid.hpp>

#include <cstdio>
#include <filesystem>

using namespace fastxx;

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> train, valid;
  for (int i = 0; i < 60; ++i) {
    auto const x = at::arange(32, at::kFloat).view({8, 4}).add(i).sin();
    (i % 6 == 0 ? valid : train).emplace_back(x, x.pow(2).sum(1, true));
  }
  set_seed(1);
  Sequential const net(torch::nn::Linear(4, 16), torch::nn::ReLU(), torch::nn::Linear(16, 1));
  Learner learn(loaders_of(train, valid), net, loss_func(MSELossFlat{}), metrics(mae));

  auto const folder = std::filesystem::temp_directory_path() / "fastxx_show_graph";
  learn.fit_one_cycle(4, 3e-3, callbacks(ShowGraph(folder / "loss.png")));  // in a terminal also below the table
  learn.recorder().plot_sched(folder / "schedules.png");
  learn.recorder().plot_metrics(folder / "metrics.png");
  std::filesystem::remove_all(folder);

  // Curves as text, for a terminal or a log.
  for (auto const& line : terminal_lines({{.name = "train", .y = learn.recorder().losses}}, {.colour = false}))
    std::printf("%s\n", line.c_str());
}
