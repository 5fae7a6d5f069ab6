// Two ranks in two threads: metrics of all, and one end for all.
#include "../meeting.hpp"
#include "toy.hpp"
#include <fastxx/mid/data/foreign_loaders.hpp>

#include <csignal>
#include <limits>
#include <thread>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using LineBatch = std::tuple<at::Tensor, at::Tensor>;
LineBatch batch_of_line(float first, int n) {
  at::Tensor const x = at::arange(n).to(at::kFloat).add(first).unsqueeze(1);
  return {x, 2 * x + 1};
}

auto mean_distance = [](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); };

template <class Callback>
auto learner_over(std::vector<LineBatch> const& train, std::vector<LineBatch> const& valid, Callback callback) {
  Learner learn(loaders_of(train, valid), toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}), metrics(mean_distance),
                callbacks(std::move(callback)));
  toy::quiet(learn);
  return learn;
}
struct Nothing {
  void after_batch(TrainState&) {}
};

std::vector<LineBatch> const four_batches{batch_of_line(0, 2), batch_of_line(2, 2), batch_of_line(4, 2),
                                          batch_of_line(6, 2)};
std::vector<LineBatch> const first{batch_of_line(0, 3), batch_of_line(3, 3), batch_of_line(6, 1)};
std::vector<LineBatch> const second{batch_of_line(7, 2)};

// Runs a body as rank 0 and as rank 1.
template <class Body>
void both(Body const& body) {
  std::thread other([&] { body(1); });
  body(0);
  other.join();
}

}  // namespace

TEST_CASE("ranks: with uneven batches loss and metrics are those of one rank that saw everything") {
  std::vector<LineBatch> all = first;
  all.push_back(second[0]);
  auto const expected = learner_over(four_batches, all, Nothing{}).validate();
  Meeting meeting;
  std::vector<RecorderRow> rows(2);
  both([&](int rank) {
    auto learn = learner_over(four_batches, rank == 0 ? first : second, Nothing{});
    learn.ranks = meeting.ranks(rank);
    rows[static_cast<std::size_t>(rank)] = learn.validate();
  });
  for (auto const& row : rows) {
    CHECK(*row[0] == doctest::Approx(*expected[0]));
    CHECK(*row[1] == doctest::Approx(*expected[1]));
  }
}

namespace {
// Does something on rank 0 in the third training batch of the second epoch.
template <class Action>
struct AtThird {
  static constexpr int order = 35;
  Action action;
  void after_pred(TrainState& learn) {
    if (learn.ranks.rank == 0 && learn.training && learn.epoch == 1 && learn.iter == 2) action(learn);
  }
};

struct End {
  std::int64_t epoch = -1, iter = -1;
  std::string key = "none";
};

template <class Action>
std::vector<End> ends_of(Action action) {
  Meeting meeting;
  std::vector<End> ends(2);
  both([&](int rank) {
    auto& end = ends[static_cast<std::size_t>(rank)];
    auto learn = learner_over(four_batches, first, AtThird<Action>{action});
    learn.ranks = meeting.ranks(rank);
    try {
      learn.fit(4);
    } catch (error const& e) {
      end.key = e.key();
    }
    end.epoch = learn.epoch, end.iter = learn.train_iter;
  });
  return ends;
}
}  // namespace

TEST_CASE("ranks: a cancel on one rank stops both at the same batch") {
  auto const ends = ends_of([](TrainState&) { throw CancelFitException(); });
  for (auto const& end : ends) {
    CHECK(end.key == "none");
    CHECK(end.epoch == 1);
  }
  CHECK(ends[0].iter == 6);  // the batch that was cancelled is not counted; the other rank finished it
  CHECK(ends[1].iter == 7);
}

TEST_CASE("ranks: NaN on one rank stops both at the same batch, each with its error") {
  auto const ends =
      ends_of([](TrainState& learn) { learn.pred = learn.pred * std::numeric_limits<float>::quiet_NaN(); });
  CHECK(ends[0].key == "train.loss_not_finite");
  CHECK(ends[1].key == "learner.other_rank");
  CHECK(ends[1].iter == 7);
}

TEST_CASE("ranks: Ctrl-C stops both at the same batch") {
  auto const ends = ends_of([](TrainState&) { std::raise(SIGINT); });
  for (auto const& end : ends) {
    CHECK(end.key == "train.interrupted");
    CHECK(end.iter == 7);
  }
}

namespace {
struct NoReduce {
  void reset() {}
  void accumulate(TrainState const&) {}
  MetricValue value() const { return 1; }
};
}  // namespace

TEST_CASE("ranks: a metric that cannot be added up is refused by name") {
  Learner learn(loaders_of(four_batches, first), toy::model(), loss_func(toy::Loss{}), metrics(NoReduce{}));
  toy::quiet(learn);
  CHECK(*learn.validate()[1] == 1);
  learn.ranks = {.rank = 0, .size = 2, .sum = [](double x) { return x; }, .any = [](bool x) { return x; }};
  CHECK_THROWS_WITH_AS(learn.validate(), doctest::Contains("no_reduce"), state_error);
}
