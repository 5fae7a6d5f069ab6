#include <fastxx/low/core/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <set>
#include <vector>

using namespace fastxx;

TEST_CASE("random: the stream is SplitMix64's, number for number") {
  // Published values for seed 1234567 (Vigna's splitmix64.c).
  Random random(1234567);
  for (std::uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                 4593380528125082431ULL, 16408922859458223821ULL})
    CHECK(random.next() == expected);
}

TEST_CASE("random: a stream depends on seed, epoch and item, and on nothing else") {
  static_assert(Random::of(1, 2, 3).next() == Random::of(1, 2, 3).next());
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t epoch = 0; epoch < 10; ++epoch)
      for (std::uint64_t item = 0; item < 10; ++item) firsts.insert(Random::of(seed, epoch, item).next());
  CHECK(firsts.size() == 1000);
}

TEST_CASE("random: neighbouring items are as independent as one stream's numbers") {
  double together = 0;
  for (std::uint64_t item = 0; item < 10000; ++item)
    together += (Random::of(5, 0, item).uniform() - 0.5) * (Random::of(5, 0, item + 1).uniform() - 0.5);
  CHECK(std::abs(together / 10000 * 12) < 0.04);  // correlation; its standard error is 0.01
}

TEST_CASE("random: uniform is in [0,1) with the right mean and spread") {
  Random random(3);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    double const x = random.uniform();
    REQUIRE(x >= 0);
    REQUIRE(x < 1);
    sum += x, squares += x * x;
  }
  CHECK(std::abs(sum / 100000 - 0.5) < 0.005);
  CHECK(std::abs(squares / 100000 - 1 / 3.0) < 0.005);
  for (int i = 0; i < 100; ++i) {
    double const x = random.uniform(-3, -2);
    CHECK(x >= -3);
    CHECK(x < -2);
  }
}

TEST_CASE("random: below gives every value equally often, also for ranges near the largest") {
  Random random(4);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts.at(random.below(6));
  for (int count : counts) CHECK(std::abs(count - 10000) < 500);
  CHECK(random.below(1) == 0);
  // Two thirds of 2^64: without rejection the lower half of the range would come twice as often.
  std::uint64_t const n = 0xaaaaaaaaaaaaaaabULL;
  int low = 0;
  for (int i = 0; i < 10000; ++i) {
    auto const draw = random.below(n);
    REQUIRE(draw < n);
    low += draw < n / 2;
  }
  CHECK(std::abs(low - 5000) < 300);
}

TEST_CASE("random: normal has mean 0, variance 1 and the bell's tails") {
  Random random(5);
  double sum = 0, squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < 100000; ++i) {
    double const x = random.normal();
    REQUIRE(std::isfinite(x));
    sum += x, squares += x * x;
    beyond_two += std::abs(x) > 2;
  }
  CHECK(std::abs(sum / 100000) < 0.02);
  CHECK(std::abs(squares / 100000 - 1) < 0.02);
  CHECK(std::abs(beyond_two / 100000.0 - 0.0455) < 0.003);
}

TEST_CASE("random: bernoulli is true with its probability, never at 0, always at 1") {
  Random random(6);
  int hits = 0;
  for (int i = 0; i < 10000; ++i) {
    hits += random.bernoulli(0.3);
    REQUIRE(!random.bernoulli(0));
    REQUIRE(random.bernoulli(1));
  }
  CHECK(std::abs(hits - 3000) < 250);
}

TEST_CASE("random: a permutation holds every index once, and every order is equally likely") {
  Random random(7);
  std::array<int, 6> counts{};
  for (int i = 0; i < 6000; ++i) {
    auto order = random.permutation(3);
    auto const which = static_cast<std::size_t>(2 * order[0] + (order[1] > order[2]));
    std::sort(order.begin(), order.end());
    REQUIRE(order == std::vector<std::int64_t>{0, 1, 2});
    ++counts.at(which);
  }
  for (int count : counts) CHECK(std::abs(count - 1000) < 150);
  CHECK(random.permutation(0).empty());
  CHECK(Random(9).permutation(100) == Random(9).permutation(100));
}
