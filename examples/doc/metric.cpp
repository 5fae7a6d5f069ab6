// Metrics: functions of (prediction, target), averaged over items, and a metric object of your own.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fastxx/mid/train/metric.hpp>
#include <string>

struct LargestError {  // a metric that is no average: reset(), accumulate(learn), value()
  std::string name() const { return "largest error"; }
  double largest = -1;
  void reset() { largest = -1; }
  template <class Learner>
  void accumulate(Learner const& learn) {
    largest = std::max(largest, (learn.pred.amax(-1) - learn.y()).abs().max().template item<double>());
  }
  fastxx::MetricValue value() const { return largest < 0 ? fastxx::MetricValue() : largest; }
};

struct Learn {  // what a metric reads of a Learner
  at::Tensor pred, target;
  at::Tensor const& y() const { return target; }
};

int main() {
  auto const scores = at::tensor({0.1, 0.9, 0.8, 0.2, 0.3, 0.7}).view({3, 2});
  auto const targets = at::tensor({1, 0, 0});
  std::printf("accuracy %.3f, error rate %.3f\n", fastxx::accuracy(scores, targets).item<double>(),
              fastxx::error_rate(scores, targets).item<double>());

  auto list = fastxx::metrics(fastxx::accuracy, LargestError{}).value;  // what a Learner is given
  fastxx::hana::for_each(list, [&](auto& metric) {
    metric.reset();
    metric.accumulate(Learn{scores, targets});                                  // a batch of three ...
    metric.accumulate(Learn{scores.narrow(0, 2, 1), targets.narrow(0, 2, 1)});  // ... and one of one
    std::printf("%s: %.3f\n", metric.name().c_str(), metric.value().value());
  });

  auto const [guess, truth] = fastxx::flatten_check(scores.argmax(-1), targets);  // same lengths, or an error
  std::printf("%ld right\n", static_cast<long>(guess.eq(truth).sum().item<std::int64_t>()));
}
