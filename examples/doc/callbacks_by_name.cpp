// Which callbacks a training has, and how they are set, stands in a file that is read when the program runs.
#include <fastxx/mid.hpp>
#include <fastxx/mid/callbacks_by_name.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace fastxx;

// A callback of one's own that a file may name: its events take TrainState.
struct StopAt {
  double loss = 0;
  static constexpr int order = CallbackOrder::recorder + 1;
  void after_epoch(TrainState& learn) {
    if (*learn.recorder().values.back()[1] < loss) throw CancelFitException();
  }
};

int main() {
  register_callback("StopAt", [](CallbackOptions& read) {
    StopAt stop;
    read("loss", stop.loss);
    return stop;
  });

  auto const path = std::filesystem::temp_directory_path() / "fastxx_callbacks_by_name.json";
  std::ofstream(path) << R"({
    "callbacks": [
      {"name": "GradientClip", "max_norm": 0.5},
      {"name": "EarlyStoppingCallback", "monitor": "valid_loss", "patience": 3},
      {"name": "StopAt", "loss": 0.01}
    ]
  })";

  std::vector<std::tuple<at::Tensor, at::Tensor>> batches;
  for (int i = 0; i < 8; ++i) batches.emplace_back(at::full({4, 1}, .1 * i), at::full({4, 1}, .2 * i));
  set_seed(1);
  Learner learn(loaders_of(batches, batches), Sequential(torch::nn::Linear(1, 1)), loss_func(MSELossFlat{}));
  learn.fit(50, .05, callbacks(MixUp(.1), callbacks_from(path)));  // beside one that is written out
  std::printf("stopped after %zu epochs\n", learn.recorder().values.size());

  // What is wrong is said with its place, before anything is trained.
  try {
    callbacks_from_json(R"(["MixUp", {"name": "GradientClip", "max_nrom": 0.5}])");
  } catch (error const& e) {
    std::puts(e.what());
  }

  // Names alone, as they may come from a command line, and a choice that the program makes.
  learn.fit(1, .05, callbacks_from_json(R"(["MCDropout", "GradientClip"])"));
  AnyCallbacks chosen;
  if (learn.recorder().values.back()[1] > .001) chosen.add(GradientClip(.1));
  learn.fit(1, .05, callbacks(chosen));
  for (auto const& name : callback_names()) std::printf("%s ", name.c_str());
  std::puts("");
  std::filesystem::remove(path);
}
