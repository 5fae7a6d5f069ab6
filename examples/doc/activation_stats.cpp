// What the layers of a network give while it trains: numbers, pictures, and a function of one's own at each call.
#include <fastxx/mid.hpp>

#include <cstdio>
#include <filesystem>

using namespace fastxx;

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> batches;
  for (int i = 0; i < 40; ++i) {
    auto const x = at::arange(32, at::kFloat).view({8, 4}).add(i).sin();
    batches.emplace_back(x, x.sum(1, true));
  }
  set_seed(1);
  Sequential net(torch::nn::Linear(4, 16), torch::nn::ReLU(), torch::nn::Linear(16, 1));
  Learner learn(loaders_of(batches, batches), net, loss_func(MSELossFlat{}));

  // Copies share what was measured: this one reads what its copy in the fit has seen.
  ActivationStats const stats({.with_hist = true, .include_paramless = true});
  double largest = 0;
  HookCallback const watch([&](LayerCall const& call) { largest = call.outputs[0].abs().max().item<double>(); },
                           {.modules = {net->ptr(2)}, .every = 10});
  learn.fit(2, {.lr = .01}, callbacks(stats, watch));

  for (std::size_t layer = 0; layer < stats.n_layers(); ++layer)
    std::printf("layer %s: mean %.2f, std %.2f, %.0f %% near zero\n", stats.names()[layer].c_str(),
                stats.layer_stats(layer).mean.back(), stats.layer_stats(layer).std.back(),
                100 * stats.layer_stats(layer).near_zero.back());
  std::printf("the largest prediction at the last batch that was looked at: %.2f\n", largest);

  auto const folder = std::filesystem::temp_directory_path() / "fastxx_activation_stats";
  make_output_folder(folder);
  stats.plot_layer_stats(1, folder / "stats.png");
  stats.color_dim(1, folder / "histograms.png");
  std::filesystem::remove_all(folder);
}
