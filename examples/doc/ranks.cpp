// Two ranks, here threads that train a model each on its own half of the data: the metrics are those of the whole.
#include <fastxx/mid.hpp>

#include <barrier>
#include <cstdio>
#include <thread>

using namespace fastxx;

// Adds up one number of each of two threads; between processes this is an all-reduce.
struct Meeting {
  double numbers[2] = {};
  std::barrier<> meet{2};

  double sum(int rank, double mine) {
    numbers[rank] = mine;
    meet.arrive_and_wait();
    double const total = numbers[0] + numbers[1];
    meet.arrive_and_wait();  // nobody writes before all have read
    return total;
  }
};

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 64; ++i) points.emplace_back(at::full({1}, i / 64.), at::full({1}, 3 * i / 64. - 1));
  Meeting meeting;

  auto train = [&](int rank) {
    DataLoader const half(points, {.batch_size = 8, .plan = ShardPlan{.rank = rank, .size = 2}});
    Learner learn(DataLoaders(std::vector{half, half}), torch::nn::Linear(1, 1), loss_func(MSELossFlat{}),
                  metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }));
    learn.ranks = {.rank = rank,
                   .size = 2,
                   .sum = [&, rank](double mine) { return meeting.sum(rank, mine); },
                   .any = [&, rank](bool mine) { return meeting.sum(rank, mine ? 1 : 0) > 0; }};
    if (rank > 0) learn.logger = nullptr, learn.remove_cb<ProgressCallback>();  // one table is enough
    learn.fit(1);
    return *learn.recorder().values.back()[2];
  };
  double of_first = 0, of_second = 0;
  std::thread second([&] { of_second = train(1); });
  of_first = train(0);
  second.join();
  std::printf("both ranks have the same mean error: %s\n", of_first == of_second ? "yes" : "no");
}
