#include <fastxx/low/io/json.hpp>

#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <string_view>

using fastxx::detail::JsonError;
using fastxx::detail::JsonReader;
using fastxx::detail::JsonWriter;

namespace {

std::string read_text(std::string_view json) {
  JsonReader reader(json);
  std::string value = reader.text();
  reader.end();
  return value;
}
double read_floating(std::string_view json) {
  JsonReader reader(json);
  double const value = reader.floating();
  reader.end();
  return value;
}
/// [[1,2],[]] as "12 " with a space after each inner list.
std::string read_lists(std::string_view json) {
  JsonReader reader(json);
  std::string digits;
  reader.open('[');
  while (reader.more(']')) {
    reader.open('[');
    while (reader.more(']')) digits += reader.number();
    digits += ' ';
  }
  reader.end();
  return digits;
}
std::string written(std::string_view text) {
  JsonWriter writer;
  writer.text(text);
  CHECK(writer.valid);
  return writer.json;
}
std::string written(double number) {
  JsonWriter writer;
  writer.floating(number);
  return writer.json;
}

}  // namespace

TEST_CASE("json: texts come back, whatever they hold") {
  using namespace std::string_literals;
  std::string all;
  for (char c = 0; c < 127; ++c) all += c;
  for (std::string const& text : {""s, "plain"s, "\"\\/\b\f\n\r\t"s, all, "\0\x1f\x7f"s, "\xc2\x80"s, "žába €"s,
                                  "\xef\xbf\xbd"s, "\xf4\x8f\xbf\xbf"s, "\xed\x9f\xbf\xee\x80\x80"s})
    CHECK(read_text(written(text)) == text);
  CHECK(written("a\"\\\n") == R"("a\"\\\u000a")");
}

TEST_CASE("json: escapes are what RFC 8259 says") {
  CHECK(read_text(R"( "\"\\\/\b\f\n\r\t" )") == "\"\\/\b\f\n\r\t");
  CHECK(read_text(R"("\u0041\u00e9\u20AC\uD83D\ude00")") == "A\u00e9\u20ac\U0001F600");
  CHECK(read_text(R"("\u0000")") == std::string(1, '\0'));
}

TEST_CASE("json: bad texts are refused") {
  using namespace std::string_view_literals;
  for (char const* json : {"",
                           "\"",
                           "\"a",
                           "a\"",
                           "'a'",
                           "\"a\"b",
                           "\"a\"\"b\"",
                           "\"\n\"",
                           "\"\x1f\"",
                           R"("\")",
                           R"("\x41")",
                           R"("\u00")",
                           R"("\u00g0")",
                           R"("\u +41")",
                           R"("\U0041")",
                           R"("\ud83d")",
                           R"("\ude00")",
                           R"("\ud83dx")",
                           R"("\ud83d\n")",
                           R"("\ud83d\u0041")",
                           R"("\ud83d\ud83d")",
                           R"("\ude00\ud83d")",
                           "\"\x80\"",
                           "\"\xc0\xaf\"",
                           "\"\xc3\"",
                           "\"\xe0\x80\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf0\x80\x80\xaf\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xf5\x80\x80\x80\"",
                           "\"\xff\"",
                           "\xef\xbb\xbf\"\"",
                           "null",
                           "1",
                           "\v\"\""}) {
    INFO(json);
    CHECK_THROWS_AS(read_text(json), JsonError);
  }
  CHECK_THROWS_AS(read_text("\"\0\""sv), JsonError);
  CHECK_THROWS_AS(read_text("\"a\"\0"sv), JsonError);
  for (char const* text : {"\xe9", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80"}) {
    JsonWriter writer;
    writer.text(text);
    CHECK_FALSE(writer.valid);
  }
}

TEST_CASE("json: a double comes back bit by bit") {
  for (double const number : {0.0, -0.0, 0.1, 1e22, 1e21, 1e-7, 1 / 3.0, 123456789012.0, 5e-324,
                              2.2250738585072009e-308, 2.2250738585072014e-308, 1.7976931348623157e308, -1e300}) {
    double const back = read_floating(written(number));
    CHECK(back == number);
    CHECK(std::signbit(back) == std::signbit(number));
  }
  CHECK(written(2) == "2.0");
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(1e300) == "1e+300");
  CHECK(read_floating(" 1E3") == 1000);
  CHECK(read_floating("-12") == -12);
}

TEST_CASE("json: bad numbers are refused") {
  for (char const* json :
       {"",    "-",   "+1",  ".5",  "1.",       "01",    "-01",    "1.e2",   "1e",  "1e+", "0x10",  "1_000",
        "1 2", "inf", "nan", "NaN", "Infinity", "1e400", "-1e400", "1e-400", "--1", "1,",  "\"1\"", "true"}) {
    INFO(json);
    CHECK_THROWS_AS(read_floating(json), JsonError);
  }
}

TEST_CASE("json: whole numbers reach to the ends of 64 bits and not further") {
  auto const natural = [](char const* json) { return JsonReader(json).natural(); };
  auto const integer = [](char const* json) { return JsonReader(json).integer(); };
  CHECK(natural("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(integer("-0") == 0);
  for (char const* json : {"18446744073709551616", "99999999999999999999999", "-1", "-0", "1.0", "1e2", "", "x"})
    CHECK_THROWS_AS(natural(json), JsonError);
  for (char const* json : {"9223372036854775808", "-9223372036854775809", "1.0", "1e2", "-"})
    CHECK_THROWS_AS(integer(json), JsonError);
}

TEST_CASE("json: lists and objects need their commas, and nothing may follow") {
  CHECK(read_lists(" [ [ 1 , 2 ] ,\t[ ] ,\r\n[3]] ") == "12  3 ");
  CHECK(read_lists("[]") == "");
  for (char const* json :
       {"",       "[",      "]",   "[]]",      "[][]", "[] x", "[[1]",    "[[1,]]", "[[,1]]",     "[[1 2]]", "[[1]",
        "[[1]]]", "[[1],]", "[,]", "[[1][2]]", "{}",   "[{}]", "[[[1]]]", "[1]",    "[[1],null]", "[/**/]",  "[[1}]"}) {
    INFO(json);
    CHECK_THROWS_AS(read_lists(json), JsonError);
  }
  CHECK_THROWS_AS(read_lists(std::string(100'000, '[')), JsonError);
  for (char const* json : {"{\"a\"}", "{\"a\",1}", "{a:1}", "{1:1}", "{,}"}) {
    JsonReader reader(json);
    reader.open('{');
    REQUIRE(reader.more('}'));
    CHECK_THROWS_AS(reader.key(), JsonError);
  }
}

TEST_CASE("json: words are taken whole") {
  CHECK(JsonReader(" true").boolean());
  CHECK_FALSE(JsonReader("false").boolean());
  for (char const* json : {"", "t", "tru", "True", "1", "null", "\"true\""})
    CHECK_THROWS_AS(JsonReader(json).boolean(), JsonError);
  JsonReader reader("truest");
  CHECK(reader.boolean());
  CHECK_THROWS_AS(reader.end(), JsonError);
}

TEST_CASE("json: any value is left out as it is written, however deep, and the place behind it is known") {
  for (std::string_view const value : {R"("a\"]")", "-1.5e2", "true", "null", "[]", "{}",
                                       "[[], {}, [1, {\"a\": [false]}]]", R"({"a": {}, "b": []})"}) {
    std::string const json = " " + std::string(value) + " ,";
    JsonReader reader(json);
    CHECK(reader.skip() == value);
    CHECK(reader.at() == 1 + value.size());
    CHECK(reader.peek() == ',');
    // Inside a list and an object reading goes on behind it.
    std::string const around = "{\"k\": " + std::string(value) + ", \"l\": [" + std::string(value) + ", 7]}";
    JsonReader outer(around);
    outer.open('{');
    REQUIRE(outer.more('}'));
    CHECK(outer.key() == "k");
    CHECK(outer.skip() == value);
    REQUIRE(outer.more('}'));
    CHECK(outer.key() == "l");
    outer.open('[');
    outer.next_element();
    CHECK(outer.skip() == value);
    outer.next_element();
    CHECK(outer.natural() == 7);
    outer.close(']'), outer.close('}'), outer.end();
  }
  for (char const* json : {"", "x", "[", "{", "]", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:1}", "[1}",
                           "[}", "\"a", "01x", "-", "[01]", "[\"\xff\"]", "nul"}) {
    INFO(json);
    JsonReader reader(json);
    CHECK_THROWS_AS((reader.skip(), reader.end()), JsonError);
  }
  std::string const deep(1'000'000, '[');
  CHECK_THROWS_AS(JsonReader(deep).skip(), JsonError);
  std::string const closed = deep + std::string(deep.size(), ']');
  CHECK(JsonReader(closed).skip().size() == closed.size());
}
