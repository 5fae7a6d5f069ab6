// What a DataLoader does with items of your own type: collate_for, transforms, before_batch, workers, the thread plan, plans
// of your own, and a dataset that gives whole batches.
#include <fastxx/low/core/threads.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
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

struct Squares {  // gives single items, and many at once
  std::size_t size() const { return 10; }
  std::int64_t operator[](std::size_t index) const { return static_cast<std::int64_t>(index * index); }
  at::Tensor batch(std::vector<std::int64_t> const& indices) const { return at::tensor(indices).square(); }
};

struct EvenFirst {  // a plan of your own: the indices of an epoch in their order
  std::vector<std::int64_t> plan(fastxx::PlannedEpoch const& epoch, fastxx::Random&) const {
    std::vector<std::int64_t> order;
    for (std::int64_t first : {0, 1})
      for (std::int64_t index = first; index < epoch.items; index += 2) order.push_back(index);
    return order;
  }
};

void show_plan(char const* name, fastxx::LoaderPlan const& plan) {
  std::printf("%s:", name);
  fastxx::DataLoader const loader(Squares{}, {.batch_size = 5, .seed = 1, .plan = plan});
  static_assert(decltype(loader)::whole_batches);
  for (auto const& batch : loader) {
    for (std::int64_t i = 0; i < batch.size(0); ++i)
      std::printf(" %lld", static_cast<long long>(batch[i].item<std::int64_t>()));
    std::printf(" |");
  }
  std::printf("\n");
}

int main() {
  std::vector<float> memory(40);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  std::vector<std::pair<Reading, int>> dataset;
  for (int i = 0; i < 10; ++i) dataset.emplace_back(Reading{memory.data() + 4 * i}, i % 2);

  auto plan = fastxx::thread_plan(1);
  fastxx::apply(plan);
  std::printf("%s\n", to_string(plan).c_str());

  auto add_ten = [](int label) { return label + 10; };
  auto halve = [](at::Tensor const& x) { return x.is_floating_point() ? x / 2 : x; };
  auto report = [](std::vector<std::pair<Reading, int>> items) {
    std::printf("collating %zu items\n", items.size());
    return items;
  };
  fastxx::DataLoader loader(std::move(dataset), {.batch_size = 4, .workers = 1, .shuffle = true, .seed = 42},
                            fastxx::item_tfms(add_ten), fastxx::batch_tfms(halve), fastxx::before_batch(report));
  for (auto& [x, y] : loader)
    std::printf("batch of %lld, labels sum to %lld\n", static_cast<long long>(x.size(0)),
                static_cast<long long>(y.sum().item<std::int64_t>()));
  auto validation = loader.new_with({.batch_size = 4});
  std::printf("%zu training batches, %zu validation batches\n", loader.size(), validation.size());

  // create_batch(f) makes the batch in the place of collate(); unbatched() gives items as they are.
  auto longest = [](std::vector<std::vector<float>> rows) {
    std::size_t most = 0;
    for (auto const& row : rows) most = std::max(most, row.size());
    auto batch = at::zeros({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(most)});
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::memcpy(batch[static_cast<std::int64_t>(i)].data_ptr<float>(), rows[i].data(),
                  rows[i].size() * sizeof(float));
    return batch;
  };
  std::vector<std::vector<float>> const ragged{{1, 2}, {3}, {4, 5, 6}};
  for (auto& batch : fastxx::DataLoader(ragged, {.batch_size = 3}, fastxx::create_batch(longest)))
    std::printf("a batch of %lld by %lld\n", static_cast<long long>(batch.size(0)),
                static_cast<long long>(batch.size(1)));
  for (auto& row : fastxx::DataLoader(
           ragged, {.before_iter = [](auto epoch) { std::printf("epoch %d\n", int(epoch)); }}, fastxx::unbatched()))
    std::printf("a row of %zu\n", row.size());

  show_plan("in order", {});
  show_plan("longest first", fastxx::SortedPlan{.lengths = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3}});
  show_plan("by weight", fastxx::WeightedPlan{.weights = {0, 0, 1, 1, 0, 0, 0, 0, 0, 8}});
  show_plan("of the second of two processes", fastxx::ShardPlan{.rank = 1, .size = 2});
  show_plan("even first", EvenFirst{});
}
