#include "png.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/figure.hpp>

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>

namespace fs = std::filesystem;
using fastxx::Figure;
using plot_test::Folder;

namespace {

/// PATH is only this folder while it lives.
struct OnlyPath {
  std::string old = std::getenv("PATH");
  explicit OnlyPath(fs::path const& path) { ::setenv("PATH", path.c_str(), 1); }
  ~OnlyPath() { ::setenv("PATH", old.c_str(), 1); }
};

/// A gnuplot of our own in that folder.
void fake_gnuplot(fs::path const& folder, std::string const& script) {
  fastxx::write_file_atomically(folder / "gnuplot", "#!/bin/sh\n" + script);
  ::chmod((folder / "gnuplot").c_str(), 0755);
}

std::string failure(Figure const& figure, fs::path const& path) {
  try {
    figure.save(path);
  } catch (fastxx::io_error const& error) {
    return error.what();
  }
  return "";
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("figure: a saved figure is a PNG of the size asked for, with its text on white") {
  Folder const folder;
  Figure figure(321, 123);
  figure.text("MMMM", {.x_px = 100, .y_px = 60, .size_px = 20, .colour = {255, 0, 0}});
  figure.save(folder.path / "a.png");
  plot_test::Png const png = plot_test::decode(fastxx::read_file(folder.path / "a.png"));
  CHECK(png.width == 321);
  CHECK(png.height == 123);
  CHECK(png.count(0xff0000) > 50);
  CHECK(png.count(0xff0000, 98, 48, 104 + static_cast<unsigned>(fastxx::text_width_px("MMMM", 20)), 72) ==
        png.count(0xff0000));
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("figure: text is never a command, and never floods the picture") {
  Folder const folder;
  fs::path const before = fs::current_path();
  fs::current_path(folder.path);
  Figure figure(600, 60);
  figure.text(plot_test::hostile, {.x_px = 10, .y_px = 30, .size_px = 8});
  std::string const bytes = figure.png();
  fs::current_path(before);
  CHECK(folder.empty());
  CHECK(plot_test::decode(bytes).white_share() > 0.85);
  CHECK(plot_test::decode(bytes).white_share() < 0.99);
}

TEST_CASE("figure: a character that no font has becomes one sign, not a box over the whole picture") {
  Figure figure(300, 100);
  figure.text("\U000F0000 \uE000 \U0001F45F x", {.x_px = 10, .y_px = 50});
  CHECK(plot_test::decode(figure.png()).white_share() > 0.95);
}

TEST_CASE("figure: gnuplot sees only letters, blanks and octal escapes, and no escape runs into a digit") {
  std::string const quoted = fastxx::detail::gnuplot_string(plot_test::hostile);
  CHECK(quoted.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 01234567\\\"") ==
        std::string::npos);
  CHECK(quoted.find('"', 1) == quoted.size() - 1);
  CHECK(fastxx::detail::gnuplot_string(".03") == "\"\\056\\060\\063\"");
}

TEST_CASE("figure: without gnuplot the error gives the apt command, and no file appears") {
  Folder const folder;
  std::string text;
  {
    OnlyPath const nothing(folder.path);
    text = failure(Figure(100, 100), folder.path / "a.png");
  }
  CHECK(has(text, "[plot.gnuplot]"));
  CHECK(has(text, "apt-get install gnuplot-nox"));
  CHECK(folder.empty());
}

TEST_CASE("figure: a gnuplot that fails is quoted, and no file appears") {
  Folder const folder;
  fs::create_directory(folder.path / "bin");
  fake_gnuplot(folder.path / "bin", "echo; echo '  plot x'; echo 'line 7: no such thing' >&2; exit 3");
  std::string text;
  {
    OnlyPath const fake(folder.path / "bin");
    text = failure(Figure(100, 100), folder.path / "a.png");
  }
  CHECK(has(text, "exit status 3"));
  CHECK(has(text, "line 7: no such thing"));
  CHECK(!fs::exists(folder.path / "a.png"));
}

TEST_CASE("figure: a gnuplot that stops in the middle of the PNG is noticed") {
  Folder const folder;
  fs::create_directory(folder.path / "bin");
  fake_gnuplot(folder.path / "bin", "printf '\\211PNG\\r\\n\\032\\n half'; exit 0");
  OnlyPath const fake(folder.path / "bin");
  CHECK(has(failure(Figure(100, 100), folder.path / "a.png"), "expected a PNG from gnuplot"));
}

TEST_CASE("figure: gnuplot's own complaint about a bad command reaches the caller") {
  Figure figure(100, 100);
  figure.command("set nonsense");
  CHECK(has(failure(figure, "unused.png"), "line "));
  CHECK(!fs::exists("unused.png"));
}

TEST_CASE("figure: a path that cannot be written is an error with path and reason") {
  Folder const folder;
  CHECK(has(failure(Figure(100, 100), folder.path / "none" / "a.png"), "No such file or directory"));
  CHECK(has(failure(Figure(100, 100), "/proc/a.png"), "/proc/a.png"));
}

TEST_CASE("figure: sizes that no picture has are refused") {
  CHECK_THROWS_AS(Figure(0, 100), fastxx::data_error);
  CHECK_THROWS_AS(Figure(100, 20000), fastxx::data_error);
}
