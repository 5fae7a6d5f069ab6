#include <fastxx/low/patch/changes.hpp>

#include <doctest/doctest.h>
#include <string>

TEST_CASE("Changes: undo puts everything back, the last change first") {
  int number = 1;
  std::string text = "one";
  fastxx::Changes changes;
  changes.set(number, 2);
  changes.set(text, std::string("two"));
  changes.set(number, 3);
  CHECK(number == 3);
  CHECK(text == "two");
  changes.suspend();
  CHECK(number == 1);
  CHECK(text == "one");
  changes.resume();
  CHECK(number == 3);
  changes.undo();
  CHECK(number == 1);
  CHECK(text == "one");
  number = 9;
  changes.undo();  // forgotten: nothing to put back
  CHECK(number == 9);
}
