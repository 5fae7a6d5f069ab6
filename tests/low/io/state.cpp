#include <cmath>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace fastxx;

namespace {

template <class To, class From>
To through_file(From const& value) {
  SafeTensors file;
  StateWriter(file, "a.")("value", value);
  To result{};
  StateReader(file, "a.", "memory")("value", result);
  return result;
}
template <class T>
T round_trip(T const& value) {
  return through_file<T>(value);
}

struct Inner {
  int count = 0;
  void serialize(auto& archive) { archive("count", count); }
};

}  // namespace

TEST_CASE("L-17 state: numbers that JSON does not have come back") {
  double const infinity = std::numeric_limits<double>::infinity();
  CHECK(std::isnan(round_trip(std::nan(""))));
  CHECK(round_trip(std::vector{1., -infinity, infinity}) == std::vector{1., -infinity, infinity});
  CHECK(round_trip(.1F) == .1F);
}

TEST_CASE("L-17 state: a number that does not fit the member's type is refused, never changed") {
  CHECK_THROWS_WITH_AS(through_file<int>(2.7), doctest::Contains("state.value"), io_error);
  CHECK_THROWS_WITH_AS(through_file<unsigned>(-1), doctest::Contains("state.value"), io_error);
  CHECK_THROWS_WITH_AS(through_file<std::uint8_t>(300), doctest::Contains("state.value"), io_error);
  CHECK_THROWS_WITH_AS(through_file<int>(true), doctest::Contains("state.value"), io_error);
  CHECK(through_file<long>(7) == 7);
}

TEST_CASE("L-17 state: a tensor that is missing is told from one that was not set") {
  CHECK_FALSE(round_trip(Tensor()).defined());
  SafeTensors file;
  StateWriter(file, "norm.")("mean", at::ones({2}));
  Tensor mean = at::zeros({1});
  CHECK_THROWS_WITH_AS(StateReader(file, "nrom.", "memory")("mean", mean), doctest::Contains("state.missing"),
                       io_error);
  CHECK(mean.numel() == 1);
  CHECK_THROWS_WITH_AS(through_file<Tensor>(3), doctest::Contains("no tensor"), io_error);
}

TEST_CASE("L-25 L-17 state: a tensor's metadata is saved with it, members with a serialize() part by part") {
  TensorMask const mask(at::ones({2, 2}, at::kLong), {.codes = {"sky", "road"}});
  TensorMask const back = round_trip(mask);
  CHECK(back.codes == mask.codes);
  CHECK(at::equal(back, mask));
  CHECK(round_trip(Inner{5}).count == 5);
}

TEST_CASE("L-17 state: a text that is not UTF-8 is refused when it is saved, and its member named") {
  CHECK_THROWS_WITH_AS(round_trip(std::string("caf\xe9")), doctest::Contains("a.value"), data_error);
  CHECK(round_trip(std::string("caf\xc3\xa9")) == "caf\xc3\xa9");
}
