#include <doctest/doctest.h>

#include <fastxx/low/core/error.hpp>
#include <string>

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
