#include <fastxx/low/io/state.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

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
enum class Mode : signed char { linear = -1, cubic = 3 };
struct Title : std::string {};

/// What is read from a state file that says this.
template <class T>
T from_json(std::string const& json) {
  SafeTensors const file{.metadata = {{"value", json}}};
  T result{};
  StateReader(file, "", "memory")("value", result);
  return result;
}
template <class T>
std::string to_json(T const& value) {
  SafeTensors file;
  StateWriter(file, "")("value", value);
  return file.metadata.at("value");
}
template <class T>
bool refuses(std::string const& json) {
  try {
    from_json<T>(json);
  } catch (io_error const& error) {
    return error.key() == "state.value";
  }
  return false;
}

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

TEST_CASE("L-17 state: every kind of value comes back") {
  CHECK(round_trip(true) == true);
  CHECK(round_trip('x') == 'x');
  CHECK(round_trip(std::int8_t{-128}) == -128);
  CHECK(round_trip(std::numeric_limits<std::int64_t>::min()) == std::numeric_limits<std::int64_t>::min());
  CHECK(round_trip(std::numeric_limits<std::uint64_t>::max()) == std::numeric_limits<std::uint64_t>::max());
  CHECK(round_trip(5e-324) == 5e-324);
  CHECK(std::signbit(round_trip(-0.F)));
  CHECK((round_trip(Mode::linear) == Mode::linear));
  CHECK(round_trip(std::string("\"a\\\n\x01 žába")) == "\"a\\\n\x01 žába");
  CHECK(round_trip(Title{{"t"}}) == "t");
  CHECK((round_trip(std::vector<bool>{true, false}) == std::vector<bool>{true, false}));
  CHECK((round_trip(std::vector<std::vector<std::string>>{{"a", "b"}, {}}) ==
         std::vector<std::vector<std::string>>{{"a", "b"}, {}}));
  CHECK((round_trip(std::array<int, 3>{1, 2, 3}) == std::array<int, 3>{1, 2, 3}));
  CHECK((round_trip(std::set<int>{3, 1}) == std::set<int>{3, 1}));
  CHECK((round_trip(std::map<std::string, float>{{"number", .5F}, {"", 2}}) ==
         std::map<std::string, float>{{"number", .5F}, {"", 2}}));
  CHECK((round_trip(std::map<std::string, std::string>{{"number", "nan"}}).at("number") == "nan"));
  CHECK(
      (round_trip(std::map<int, std::string>{{2, "b"}, {-1, "a"}}) == std::map<int, std::string>{{2, "b"}, {-1, "a"}}));
  CHECK((round_trip(std::pair<std::string, double>{"a", 2}) == std::pair<std::string, double>{"a", 2}));
  CHECK((round_trip(std::tuple<int, std::vector<double>, bool>{1, {.5}, true}) ==
         std::tuple<int, std::vector<double>, bool>{1, {.5}, true}));
  CHECK((round_trip(std::tuple<>{}) == std::tuple<>{}));
  CHECK((round_trip(std::optional<int>{4}) == std::optional<int>{4}));
  CHECK((round_trip(std::vector<std::optional<double>>{{}, 1.5}) == std::vector<std::optional<double>>{{}, 1.5}));
}

TEST_CASE("L-17 state: the forms of values do not change, so that files of earlier versions can be read") {
  CHECK(to_json(2.) == "2.0");
  CHECK(to_json(.1F) == "0.10000000149011612");
  CHECK(to_json(std::vector{1, 2}) == "[1,2]");
  CHECK(to_json(std::map<std::string, bool>{{"a", true}}) == R"({"a":true})");
  CHECK(to_json(std::map<int, std::string>{{1, "a"}, {2, "b"}}) == R"([[1,"a"],[2,"b"]])");
  CHECK(to_json(std::tuple{1, -std::numeric_limits<double>::infinity(), std::string("x")}) ==
        R"([1,{"number":"-inf"},"x"])");
  CHECK(from_json<double>("1") == 1);
  CHECK(from_json<std::string>(R"("a\n\u00e9")") == "a\n\u00e9");
  CHECK((from_json<std::vector<int>>(" [ 1 , 2 ] ") == std::vector{1, 2}));
}

TEST_CASE("L-17 state: values of another type, range or form are refused") {
  CHECK(refuses<bool>("1"));
  CHECK(refuses<bool>("null"));
  CHECK(refuses<int>("2147483648"));
  CHECK(refuses<int>("1e2"));
  CHECK(refuses<int>("\"1\""));
  CHECK(refuses<std::int8_t>("128"));
  CHECK(refuses<std::uint64_t>("18446744073709551616"));
  CHECK(refuses<std::uint64_t>("-1"));
  CHECK(refuses<Mode>("128"));
  CHECK(refuses<float>("0.1"));
  CHECK(refuses<float>("1e300"));
  CHECK(refuses<double>("1e400"));
  CHECK(refuses<double>("null"));
  CHECK(refuses<double>("true"));
  for (char const* json : {"{}", R"({"number":1})", R"({"number":"12"})", R"({"number":"nan","x":1})",
                           R"({"Number":"nan"})", R"({"number":"nan"}})"})
    CHECK(refuses<double>(json));
  CHECK(refuses<std::string>("1"));
  CHECK(refuses<std::string>("\"\xff\""));
  CHECK(refuses<std::vector<int>>("{}"));
  CHECK(refuses<std::vector<int>>("[1,2.5]"));
  CHECK(refuses<std::vector<int>>("[1] 2"));
  CHECK((refuses<std::array<int, 2>>("[1]")));
  CHECK((refuses<std::array<int, 2>>("[1,2,3]")));
  CHECK((refuses<std::pair<int, int>>("[1]")));
  CHECK((refuses<std::pair<int, int>>("[1,2,3]")));
  CHECK((refuses<std::map<std::string, int>>(R"({"a":1,"a":2})")));
  CHECK((refuses<std::map<std::string, int>>(R"([["a",1]])")));
  CHECK((refuses<std::map<int, int>>("[[1,2],[1,3]]")));
  CHECK(refuses<std::set<int>>("[1,1]"));
  CHECK(refuses<std::optional<int>>("nil"));
  CHECK(refuses<std::vector<std::vector<int>>>(std::string(100'000, '[')));
  CHECK(refuses<std::string>(""));
}

TEST_CASE("L-17 state: a refused value leaves the member as it was") {
  SafeTensors const file{.metadata = {{"value", "[1,2,"}}};
  std::vector<int> kept = {7};
  CHECK_THROWS_AS(StateReader(file, "", "memory")("value", kept), io_error);
  CHECK(kept == std::vector{7});
}

TEST_CASE("L-17 state: a second member of one name is refused, it would replace the first") {
  auto const key_of = [](auto const& first, auto const& second) {
    SafeTensors file;
    StateWriter writer(file, "a.");
    writer("x", first);
    try {
      writer("x", second);
    } catch (data_error const& error) {
      CHECK(error.parts().where == "member a.x");
      return error.key();
    }
    return std::string("nothing thrown");
  };
  CHECK(key_of(1, 2) == "state.twice");
  CHECK(key_of(1, at::ones({1})) == "state.twice");
  CHECK(key_of(at::ones({1}), 1) == "state.twice");
  CHECK(key_of(at::Tensor(), at::ones({1})) == "state.twice");
  SafeTensors file;
  StateWriter writer(file, "");
  writer("x", 1);
  writer.nested("y")("x", 2);
  CHECK(file.metadata.size() == 2);
}
