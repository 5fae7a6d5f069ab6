#include <fastxx/low/core/error.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <string_view>

using namespace fastxx;

TEST_CASE("error: the text holds key, call, expected, got, place and remedy, in this order") {
  tensor_error const e("normalize.channels", {.call = "Normalize",
                                              .expected = "3 channels",
                                              .got = "1 channel",
                                              .where = "item 7",
                                              .fix = "give statistics for one channel"});
  CHECK(
      std::string(e.what()) ==
      "[normalize.channels] Normalize: expected 3 channels; got 1 channel; at item 7; give statistics for one channel");
}

TEST_CASE("error: parts that are left out leave no trace") {
  CHECK(std::string(error("a.b", {.call = "f"}).what()) == "[a.b] f");
  CHECK(std::string(error("a.b", {.call = "f", .got = "3"}).what()) == "[a.b] f: 3");
  CHECK(std::string(error("a.b", {.call = "f", .where = "here"}).what()) == "[a.b] f; at here");
  CHECK(std::string(error("a.b", {.call = "f", .expected = "1", .fix = "do"}).what()) == "[a.b] f: expected 1; do");
}

TEST_CASE("error: key and parts are there for programs, after copying too") {
  error const copy = data_error("categorize.unseen", {.call = "Categorize", .got = "'emu'"});
  CHECK(copy.key() == "categorize.unseen");
  CHECK(copy.parts().call == "Categorize");
  CHECK(copy.parts().got == "'emu'");
}

TEST_CASE("error: each kind is caught as itself, as error and as std::runtime_error, never as another kind") {
  CHECK_THROWS_AS(throw tensor_error("k", {}), tensor_error);
  CHECK_THROWS_AS(throw data_error("k", {}), error);
  CHECK_THROWS_AS(throw io_error("k", {}), std::runtime_error);
  static_assert(!std::is_base_of_v<tensor_error, data_error> && !std::is_base_of_v<io_error, state_error>);
  static_assert(std::is_base_of_v<error, state_error> && std::is_base_of_v<error, io_error>);
}

TEST_CASE("error: a part may be given in pieces, words and whole numbers") {
  std::string const name = "lr";
  state_error const e("a.b", {.call = {"set(\"", name, "\")"}, .expected = {3, " values"}, .got = {std::size_t{2}}});
  CHECK(std::string(e.what()) == "[a.b] set(\"lr\"): expected 3 values; got 2");
  CHECK(fastxx::detail::join({}) == "");
  CHECK(fastxx::detail::join({"", -1, " ", std::string_view("a\0b", 3)}) == std::string("-1 a\0b", 6));
  CHECK(fastxx::detail::join(
            {std::numeric_limits<std::int64_t>::min(), " ", std::numeric_limits<std::uint64_t>::max()}) ==
        "-9223372036854775808 18446744073709551615");
  CHECK(fastxx::detail::join({std::numeric_limits<int>::min(), " ", static_cast<short>(-7), " ", 0u}) ==
        "-2147483648 -7 0");
}

TEST_CASE("error: control characters and bytes that are no UTF-8 are escaped in the sentence, not in the parts") {
  auto const sentence = [](std::string const& got) { return std::string(error("a.b", {.got = got}).what()).substr(8); };
  CHECK(sentence("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m");
  CHECK(sentence(std::string("\0\a\b\t\r\x7f", 6)) == "\\x00\\x07\\x08\\x09\\x0d\\x7f");
  CHECK(sentence("\xc2\x9b"
                 "31m") == "\\u009b31m");  // one character that begins such an order
  CHECK(sentence("\xe2\x80\xae"
                 "gpj.exe") == "\\u202egpj.exe");  // turns the writing around
  CHECK(sentence("caf\xe9 \xff\xe2\x82") == "caf\\xe9 \\xff\\xe2\\x82");
  std::string const ordinary =
      "one line, \xc5\xbe\xc3\xa1"
      "ba \xe2\x82\xac \xf0\x9f\x98\x80 \\x1b \xef\xbf\xbd";
  CHECK(sentence(ordinary) == ordinary);
  CHECK(sentence("a folder\nwith a line in it") == "a folder\\x0awith a line in it");
  CHECK(error("a.b", {.got = "\x1b"}).parts().got == "\x1b");
  CHECK(std::string(error("a\x1b", {.call = "\x1b", .expected = "\x1b", .where = "\x1b", .fix = "\x1b"}).what()) ==
        "[a\\x1b] \\x1b: expected \\x1b; at \\x1b; \\x1b");
}

TEST_CASE("error: of what others throw the first line that says something is shown, without orders") {
  using fastxx::detail::first_line;
  CHECK(first_line("one\ntwo") == "one");
  CHECK(first_line("\n\nsecond\n") == "second");
  CHECK(first_line("a\x1b[31m\rb") == "a\\x1b[31m\\x0db");
  CHECK(first_line(std::string(300, '\x1b')).size() == 1200);
  CHECK(first_line("\n").empty());
}

TEST_CASE("error: a quote out of a file is one line and short") {
  CHECK(fastxx::detail::brief("a\nb") == "a\\x0ab");
  CHECK(fastxx::detail::brief(std::string(200, 'x')) == std::string(200, 'x'));
  CHECK(fastxx::detail::brief(std::string(10'000'000, 'x')) == std::string(200, 'x') + "...");
}
