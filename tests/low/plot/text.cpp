#include <fastxx/low/plot/text.hpp>

#include <doctest/doctest.h>
#include <string>

using fastxx::shortened_text;
using fastxx::text_width_px;

TEST_CASE("plot text: what fits stays, what does not ends in an ellipsis and fits then") {
  CHECK(shortened_text("Ankle boot", 200, 13) == "Ankle boot");
  std::string const cut = shortened_text("a rather long name of a class", 100, 13);
  CHECK(cut.starts_with("a rather"));
  CHECK(cut.ends_with("\u2026"));
  CHECK(text_width_px(cut, 13) <= 100);
  CHECK(shortened_text("anything", 0, 13) == "\u2026");
}

TEST_CASE("plot text: line ends, control characters and marks that turn the direction become blanks") {
  CHECK(shortened_text("a\nb\tc\x7f"
                       "d\u0085e\u202Ef\u2028g",
                       1e9, 13) == "a b c d e f g");
}

TEST_CASE("plot text: what is no UTF-8 becomes one sign for each wrong byte") {
  std::string const sign = shortened_text("\xff", 1e9, 13);
  CHECK((sign == "\uFFFD" || sign == "?"));
  for (std::string const bad : {"\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80\x80"}) {
    std::string wanted;
    for (std::size_t i = 0; i < bad.size(); ++i) wanted += sign;
    CHECK(shortened_text(bad + "x", 1e9, 13) == wanted + "x");
  }
  CHECK(shortened_text("\xf4\x8f\xbf\xbe", 1e9, 13) == "?");  // a code point that no font has
}

TEST_CASE("plot text: whole characters are cut, not bytes") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "\u00e9";
  std::string const cut = shortened_text(text, 100, 10);
  CHECK(cut.size() % 2 == 1);  // pairs of bytes and the ellipsis, which has three
  CHECK(text.substr(0, cut.size() - 3) == cut.substr(0, cut.size() - 3));
}

TEST_CASE("plot text: the size shrinks only as far as it must and as it may") {
  CHECK(fastxx::fitting_size_px({"short"}, 200, 14, 10) == 14);
  double const size = fastxx::fitting_size_px({"short", "a name of some length"}, 140, 14, 10);
  CHECK(size < 14);
  CHECK(size > 10);
  CHECK(text_width_px("a name of some length", size) <= 140);
  CHECK(fastxx::fitting_size_px({"much too long for so little room"}, 20, 14, 10) == 10);
}

TEST_CASE("plot text: fontconfig's list of fonts is read, without the kinds that are not used") {
  auto const known = fastxx::detail::code_points_of("TrueType|20-7e 192\nType 1|e000\nCFF|a0-ff 7f\nnonsense\n");
  for (char32_t const point : {0x20, 0x7e, 0x7f, 0xa0, 0xff, 0x192}) CHECK(known[point]);
  for (char32_t const point : {0x1f, 0x80, 0x9f, 0x100, 0x191, 0x193, 0xe000}) CHECK(!known[point]);
  CHECK(!fastxx::detail::code_points_of("TrueType|20-ffffffff\n")[0x1f]);  // no range runs out of Unicode
}
