// What a DataLoader does with items of your own type: collate_for, transforms, a hook, workers, and the thread plan.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/mid/data/loader.hpp>
#include <utility>
#include <vector>

struct Reading {  // a view of four sensor values
  float const* values;
};

template <>
struct fastxx::collate_for<Reading> {
  static at::Tensor collate(std::vector<Reading> const& items) {
    auto batch = at::empty({static_cast<std::int64_t>(items.size()), 4}, at::kFloat);
    for (std::size_t i = 0; i < items.size(); ++i)
      std::memcpy(batch.data_ptr<float>() + 4 * i, items[i].values, 4 * sizeof(float));
    return batch;
  }
};

int main() {
  std::vector<float> memory(40);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  std::vector<std::pair<Reading, int>> dataset;
  for (int i = 0; i < 10; ++i) dataset.emplace_back(Reading{memory.data() + 4 * i}, i % 2);

  auto plan = fastxx::thread_plan(1);
  fastxx::apply(plan);
  std::printf("%s\n", to_string(plan).c_str());

  auto add_ten = fastxx::pipeline([](int label) { return label + 10; });
  auto halve = fastxx::pipeline([](at::Tensor const& x) { return x.is_floating_point() ? x / 2 : x; });
  fastxx::BeforeBatch report{[](std::vector<std::pair<Reading, int>> items) {
    std::printf("collating %zu items\n", items.size());
    return items;
  }};
  fastxx::DataLoader loader(std::move(dataset), {.batch_size = 4, .workers = 1, .shuffle = true, .seed = 42}, add_ten,
                            halve, report);
  for (auto& [x, y] : loader)
    std::printf("batch of %lld, labels sum to %lld\n", static_cast<long long>(x.size(0)),
                static_cast<long long>(y.sum().item<std::int64_t>()));
  auto validation = loader.new_with({.batch_size = 4});
  std::printf("%zu training batches, %zu validation batches\n", loader.size(), validation.size());
}
