// Metrics: functions of (prediction, target), averaged over items, and a metric object of your own.
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <tuple>
#include <vector>

struct LargestError {  // a metric that is no average: reset(), accumulate(learn), value()
  std::string name() const { return "largest error"; }
  double largest = -1;
  void reset() { largest = -1; }
  template <class Learner>
  void accumulate(Learner const& learn) {
    largest = std::max(largest, (learn.pred - learn.y()).abs().max().template item<double>());
  }
  fastxx::MetricValue value() const { return largest < 0 ? fastxx::MetricValue() : largest; }
};

int main() {
  auto const scores = at::tensor({0.1, 0.9, 0.8, 0.2, 0.3, 0.7}).view({3, 2});
  auto const targets = at::tensor({1, 0, 0});
  std::printf("accuracy %.3f, error rate %.3f\n", fastxx::accuracy(scores, targets).item<double>(),
              fastxx::error_rate(scores, targets).item<double>());
  auto const [guess, truth] = fastxx::flatten_check(scores.argmax(-1), targets);  // same lengths, or an error
  std::printf("%ld right\n", static_cast<long>(guess.eq(truth).sum().item<std::int64_t>()));

  std::vector<std::tuple<at::Tensor, at::Tensor>> line;  // y = 2x + 1
  for (float x = 0; x < 8; ++x) line.emplace_back(at::full({1}, x), at::full({1}, 2 * x + 1));
  using Loader = fastxx::DataLoader<decltype(line)>;
  fastxx::DataLoaders const dls(std::vector<Loader>{Loader(line, {.batch_size = 4}), Loader(line, {.batch_size = 4})});
  auto mean_error = [](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); };

  fastxx::Learner learn(dls, fastxx::Sequential(torch::nn::Linear(1, 1)), fastxx::loss_func(fastxx::MSELossFlat{}),
                        fastxx::metrics(fastxx::on_target(0, mean_error, "mean error"), LargestError{}));
  auto const record = learn.validate();
  std::printf("loss %.3f, mean error %.3f, largest error %.3f\n", record[0].value(), record[1].value(),
              record[2].value());
}
