// Where data comes from and how fast: finding files beside find(1); items through cheap transforms, a table read by
// batches, beside loops by hand; a dataset with costly items beside torch::data's loader; how soon a second epoch begins;
// memory over epochs.
#include "../tests/process.hpp"
#include "compare.hpp"
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <torch/data.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace fastxx;
using bench::median;
using bench::report;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// ---- get_image_files: 100,000 files in 1,000 folders, warm
void find_files() {
  namespace fs = std::filesystem;
  fs::path const root = fs::temp_directory_path() / ("fastxx_bench_data_" + std::to_string(::getpid()));
  for (int folder = 0; folder < 1000; ++folder) {
    fs::path const path = root / ("class_" + std::to_string(folder));
    fs::create_directories(path);
    for (int file = 0; file < 100; ++file) {
      std::string const name = (path / ("image_" + std::to_string(file) + ".png")).string();
      std::fclose(std::fopen(name.c_str(), "w"));
    }
  }
  std::string const command = "find '" + root.string() + "' -type f -name '*.png' >/dev/null";
  std::size_t found = 0;
  auto ours = [&] { found = get_image_files(root).size(); };
  auto other = [&] { (void)!std::system(command.c_str()); };
  std::vector<double> our_times, other_times;
  for (int round = -1; round < 11; ++round) {
    double const a = bench::seconds(ours, 1), b = bench::seconds(other, 1);
    if (round < 0) continue;
    our_times.push_back(a * 1e3);
    other_times.push_back(b * 1e3);
  }
  fs::remove_all(root);
  report({.name = "get_image_files",
          .ours = median(our_times),
          .other = median(other_times),
          .unit = "ms",
          .note = std::to_string(found) + " files in 1,000 folders, sorted; other: find -name; wanted <= 1.5"});
}

// Rates in turns, larger is better.
template <class Ours, class Other>
void compare_rates(std::string const& name, double items, std::string const& note, Ours ours, Other other,
                   int rounds = 11) {
  std::vector<double> our_rates, other_rates;
  for (int round = -1; round < rounds; ++round) {
    double const a = bench::seconds(ours, 1), b = bench::seconds(other, 1);
    if (round < 0) continue;
    our_rates.push_back(items / a);
    other_rates.push_back(items / b);
  }
  report({.name = name,
          .ours = median(our_rates),
          .other = median(other_rates),
          .unit = "items/s",
          .note = "larger is better; " + note});
}

// ---- loader_items: three cheap item transforms
constexpr std::int64_t n_items = 20000, batch_size = 64;
struct Images {
  at::Tensor pixels;  // (N,1,28,28) uint8
  std::size_t size() const { return static_cast<std::size_t>(pixels.size(0)); }
  at::Tensor operator[](std::size_t i) const { return pixels[static_cast<std::int64_t>(i)]; }
};
struct ToFloat {
  at::Tensor encodes(at::Tensor const& x) const { return x.to(at::kFloat); }
};
struct Scale {
  at::Tensor encodes(at::Tensor const& x) const { return x.mul(1. / 255); }
};
struct Shift {
  at::Tensor encodes(at::Tensor const& x) const { return x.sub(.5); }
};

template <class Loader>
std::int64_t read_all(Loader const& loader) {
  std::int64_t seen = 0;
  for (auto& batch : loader) {
    if constexpr (std::is_base_of_v<at::Tensor, std::decay_t<decltype(batch)>>)
      seen += batch.size(0);
    else
      seen += std::get<0>(batch).size(0);
  }
  return seen;
}

void item_transforms() {
  Images const images{at::randint(256, {n_items, 1, 28, 28}, at::kByte)};
  std::uint64_t epoch = 0;
  auto by_hand = [&] {
    auto const order = Random(epoch++).permutation(n_items);
    std::int64_t seen = 0;
    for (std::int64_t first = 0; first + batch_size <= n_items; first += batch_size) {
      std::vector<at::Tensor> batch;
      for (std::int64_t i = first; i < first + batch_size; ++i)
        batch.push_back(images.pixels[order[static_cast<std::size_t>(i)]].to(at::kFloat).mul(1. / 255).sub(.5));
      seen += at::stack(batch).size(0);
    }
    if (seen == 0) std::abort();
  };
  for (int const workers : {2, 0}) {
    DataLoader const loader(images, {.batch_size = batch_size, .workers = workers, .shuffle = true},
                            item_tfms(ToFloat{}, Scale{}, Shift{}));
    compare_rates(
        "loader_items" + std::string(workers ? "" : "_0_workers"), static_cast<double>(n_items),
        "three item transforms on (1,28,28), " + std::to_string(workers) +
            " workers; other: a loop by hand on the main thread; wanted >= " + (workers ? "0.9" : "0.95"),
        [&] { read_all(loader); }, by_hand);
  }
}

// ---- loader_bulk: a table in memory, a batch at once
struct Table {
  at::Tensor rows;  // (N,32) float32
  std::size_t size() const { return static_cast<std::size_t>(rows.size(0)); }
  at::Tensor operator[](std::size_t i) const { return rows[static_cast<std::int64_t>(i)]; }
  at::Tensor batch(BatchIndices indices) const {
    return rows.index_select(0, at::from_blob(const_cast<std::int64_t*>(indices.data()),
                                              {static_cast<std::int64_t>(indices.size())}, at::kLong));
  }
};

void bulk() {
  constexpr std::int64_t rows = 200000;
  Table const table{at::randn({rows, 32})};
  DataLoader const loader(table, {.batch_size = batch_size, .shuffle = true});
  std::uint64_t epoch = 0;
  at::Tensor reused = at::empty({batch_size, 32});
  auto by_hand = [&] {
    auto const order = Random(epoch++).permutation(rows);
    std::int64_t seen = 0;
    for (std::int64_t first = 0; first + batch_size <= rows; first += batch_size) {
      at::Tensor const index = at::from_blob(const_cast<std::int64_t*>(order.data()) + first, {batch_size}, at::kLong);
      at::index_select_out(reused, table.rows, 0, index);
      seen += reused.size(0);
    }
    if (seen == 0) std::abort();
  };
  std::vector<double> our_times, other_times;
  for (int round = -1; round < 11; ++round) {
    auto ours = [&] { read_all(loader); };
    double const a = bench::seconds(ours, 1), b = bench::seconds(by_hand, 1);
    if (round < 0) continue;
    our_times.push_back(a * 1e3);
    other_times.push_back(b * 1e3);
  }
  report({.name = "loader_bulk",
          .ours = median(our_times),
          .other = median(other_times),
          .unit = "ms",
          .note = "200,000 rows of 32 numbers, batches of 64; other: a gather by hand into one tensor; wanted <= 1.2"});
}

// ---- loader_vs_torch: items of 50 us
void spin_50_us() {
  double const end = now() + 50e-6;
  while (now() < end) {
  }
}
struct Costly : torch::data::datasets::Dataset<Costly> {
  at::Tensor value = at::zeros({8});
  torch::data::Example<> get(std::size_t) override {
    spin_50_us();
    return {value, value};
  }
  c10::optional<std::size_t> size() const override { return 8192; }
};
struct CostlyItems {
  at::Tensor value = at::zeros({8});
  std::size_t size() const { return 8192; }
  std::tuple<at::Tensor, at::Tensor> operator[](std::size_t) const {
    spin_50_us();
    return {value, value};
  }
};

void beside_torch() {
  DataLoader const loader(CostlyItems{}, {.batch_size = batch_size, .workers = 2, .shuffle = true});
  auto const other = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
      Costly().map(torch::data::transforms::Stack<>()),
      torch::data::DataLoaderOptions().batch_size(batch_size).workers(2));
  compare_rates(
      "loader_vs_torch", 8192, "items of 50 us, 2 workers; other: torch::data's loader, 2 workers; wanted >= 1",
      [&] { read_all(loader); },
      [&] {
        std::int64_t seen = 0;
        for (auto& batch : *other) seen += batch.data.size(0);
        if (seen == 0) std::abort();
      },
      7);
  // The workers have run ahead into the second epoch while somebody still looks at the first.
  std::vector<double> first;
  for (int round = 0; round < 7; ++round) {
    read_all(loader);
    ::usleep(20000);
    double const start = now();
    auto const batch = loader.begin();
    first.push_back((now() - start) * 1e3);
  }
  report({.name = "loader_first_batch",
          .ours = median(first),
          .other = 1,
          .unit = "ms",
          .note = "the first batch of the next epoch, items of 50 us, 2 workers; other: what is wanted at most"});
}

// ---- memory: 50 epochs, 8 workers
void memory() {
  Images const images{at::randint(256, {n_items, 1, 28, 28}, at::kByte)};
  DataLoader const loader(images, {.batch_size = batch_size, .workers = 8, .shuffle = true},
                          item_tfms(ToFloat{}, Scale{}, Shift{}));
  double second = 0;
  for (int epoch = 0; epoch < 50; ++epoch) {
    read_all(loader);
    if (epoch == 1) second = static_cast<double>(resident_kb());
  }
  report({.name = "memory_50_epochs",
          .ours = static_cast<double>(resident_kb()) / 1024,
          .other = second / 1024,
          .unit = "MB",
          .note = "resident after 50 epochs, 8 workers; other: after 2; wanted <= 1.02"});
}

}  // namespace

int main() {
  at::set_num_threads(1);
  at::manual_seed(1);
  find_files();
  item_transforms();
  bulk();
  beside_torch();
  memory();
}
