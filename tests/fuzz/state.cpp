// StateReader and the JSON under it: the first byte chooses the type of the value, the rest is its text. What was read is
// written and read again.
#include "fuzz.hpp"
#include <fastxx/low/io/state.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

using fastxx::SafeTensors, fastxx::StateReader, fastxx::StateWriter;

namespace {

enum class Mode : std::int8_t { off, on };

using Types = std::tuple<bool, std::int8_t, std::uint8_t, std::int64_t, std::uint64_t, float, double, Mode, std::string,
                         std::vector<double>, std::vector<std::vector<std::string>>, std::array<int, 3>, std::set<int>,
                         std::map<std::string, float>, std::map<int, std::string>, std::optional<std::int16_t>,
                         std::vector<std::optional<double>>, std::tuple<int, std::vector<double>, bool>>;

template <class T>
std::string written(T const& value) {
  SafeTensors file;
  StateWriter(file, "")("value", value);
  return file.metadata.at("value");
}

template <class T>
void read(std::string const& text) {
  SafeTensors const file{.metadata = {{"value", text}}};
  T value{};
  if (!fuzz::takes([&] { StateReader(file, "", "memory")("value", value); })) return;
  std::string const first = written(value);
  SafeTensors const again{.metadata = {{"value", first}}};
  if (!fuzz::takes([&] { StateReader(again, "", "memory")("value", value); }) || written(value) != first)
    fuzz::fail("what was written is not what is read", first.c_str());
}

template <std::size_t... I>
void read_one(std::size_t which, std::string const& text, std::index_sequence<I...>) {
  ((which == I ? read<std::tuple_element_t<I, Types>>(text) : void()), ...);
}

}  // namespace

std::vector<std::string> fuzz::corpus() {
  char const* const texts[] = {"true",
                               "-128",
                               "255",
                               "-9223372036854775808",
                               "18446744073709551615",
                               "0.5",
                               R"({"number":"nan"})",
                               "1",
                               R"("a\"\\\u001b\ud83d\ude00 €")",
                               "[1.5,-2e-3,0]",
                               R"([["a","b"],[]])",
                               "[1,2,3]",
                               "[1,3]",
                               R"({"a":1.0,"b":0.25})",
                               R"([[1,"a"],[2,"b"]])",
                               "null",
                               R"([null,1.5,{"number":"inf"}])",
                               "[1,[0.5],true]"};
  static_assert(std::size(texts) == std::tuple_size_v<Types>);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < std::size(texts); ++i) all.push_back(static_cast<char>(i) + std::string(texts[i]));
  return all;
}

std::string fuzz::repaired(std::string input) { return input; }

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  read_one(data[0] % std::tuple_size_v<Types>, {reinterpret_cast<char const*>(data) + 1, size - 1},
           std::make_index_sequence<std::tuple_size_v<Types>>());
  return 0;
}
