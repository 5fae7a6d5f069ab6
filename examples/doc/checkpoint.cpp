// Training that survives a power cut: started again, this program goes on where the last save was, and ends as if it had
// never been stopped. A callback that remembers something says once what it is.
#include <fastxx/mid.hpp>

#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

using namespace fastxx;

// Counts the batches whose loss is larger than the one before.
struct CountSetbacks {
  double former = 0;
  int setbacks = 0;

  void after_batch(auto& learn) {
    if (!learn.training) return;
    setbacks += learn.loss_value() > former;
    former = learn.loss_value();
  }
  void serialize(auto& archive) { archive("former", former), archive("setbacks", setbacks); }
};

auto learner() {
  std::vector<std::pair<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 32; ++i) points.emplace_back(at::full({1}, .1 * i), at::full({1}, .2 * i));
  DataLoader const train(points, {.batch_size = 4, .shuffle = true}), valid(points, {.batch_size = 4});
  set_seed(1);
  return Learner(DataLoaders(std::vector{train, valid}), Sequential(torch::nn::Linear(1, 1)),
                 loss_func([](auto const& guess, auto const& truth) { return at::mse_loss(guess, truth); }),
                 callbacks(CountSetbacks{}));
}

// Stands for whatever ends a process too early.
struct PowerCut {
  void before_batch(auto& learn) {
    if (learn.training && learn.epoch == 2 && learn.iter == 5) throw std::runtime_error("no power");
  }
};

int main() {
  auto const folder = std::filesystem::temp_directory_path() / "fastxx_checkpoint_example";
  std::filesystem::remove_all(folder);
  auto const run = folder / "run.safetensors";
  // Every two batches, and each five minutes; the save before the newest is kept; a full disk would end the training.
  CheckpointOptions const saves{.every = 2, .every_minutes = 5, .keep = 1, .on_write_error = OnWriteError::stop};

  auto first = learner();
  try {
    first.fit_one_cycle(4, {.lr_max = .1}, callbacks(Checkpoint(run, saves), PowerCut{}));
  } catch (std::exception const& e) {
    std::cout << e.what() << "\n";
  }

  std::filesystem::resize_file(run, 100);  // which a disk may make of the newest save; the one before it serves

  // The same program again: nothing says where to go on, the file does.
  auto second = learner();
  second.fit_one_cycle(4, {.lr_max = .1}, callbacks(Checkpoint(run, saves)));

  auto whole = learner();
  whole.fit_one_cycle(4, {.lr_max = .1});
  bool const same = second.recorder().losses == whole.recorder().losses &&
                    second.get_cb<CountSetbacks>()->setbacks == whole.get_cb<CountSetbacks>()->setbacks;
  std::cout << (same ? "the same as without the power cut\n" : "another run\n");

  // Weights and optimizer alone.
  second.save(folder / "model.safetensors");
  first.load(folder / "model.safetensors");
  std::filesystem::remove_all(folder);
  return same ? 0 : 1;
}
