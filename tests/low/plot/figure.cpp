#include "png.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/plot/program.hpp>
#include <fastxx/low/plot/text.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

/// A figure with nothing but one line of text in it.
Figure with_text(int width, int height, std::string const& text, double size_px = 13) {
  return {width, height,
          fastxx::detail::join({"unset border\nunset tics\nunset key\nset label ",
                                fastxx::detail::gnuplot_text(text, 1e9, size_px, {255, 0, 0}),
                                " at screen 0.1,0.5\nset yrange [0:1]\nplot NaN"})};
}

Figure empty() { return with_text(100, 100, ""); }

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
  with_text(321, 123, "MMMM", 20).save(folder.path / "a.png");
  plot_test::Png const png = plot_test::decode(fastxx::read_file(folder.path / "a.png"));
  CHECK(png.width == 321);
  CHECK(png.height == 123);
  CHECK(png.count(0xff0000) > 50);
  plot_test::Box const box = png.box_of({0xff0000});
  CHECK(box.right - box.left <= fastxx::text_width_px("MMMM", 20));
  CHECK(box.right - box.left > fastxx::text_width_px("MMMM", 20) - 10);
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("figure: text is never a command, and never floods the picture") {
  Folder const folder;
  fs::path const before = fs::current_path();
  fs::current_path(folder.path);
  std::string const bytes = with_text(800, 60, plot_test::hostile, 8).png();
  fs::current_path(before);
  CHECK(folder.empty());
  CHECK(plot_test::decode(bytes).white_share() > 0.85);
  CHECK(plot_test::decode(bytes).white_share() < 0.99);
}

TEST_CASE("figure: a character that no font has becomes one sign, not a box over the whole picture") {
  CHECK(plot_test::decode(with_text(300, 100, "\U000F0000 \uE000 \U0001F45F x").png()).white_share() > 0.95);
}

TEST_CASE("figure: gnuplot sees only letters, blanks and octal escapes, and no escape runs into a digit") {
  std::string const quoted = fastxx::detail::gnuplot_string(plot_test::hostile);
  CHECK(quoted.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 01234567\\\"") ==
        std::string::npos);
  CHECK(quoted.find('"', 1) == quoted.size() - 1);
  CHECK(fastxx::detail::gnuplot_string(".03") == "\"\\056\\060\\063\"");
}

TEST_CASE("figure: each of the characters that mean something to gnuplot or a shell is drawn") {
  auto const picture = [](std::string const& text) { return with_text(200, 40, text).png(); };
  std::string const none = picture("a  z");
  for (std::string const text : {"'", "''; system('touch pwned') #", "\"", "\\", "\\n", "`date`", "$x", "@x", "{", "}",
                                 "^", "_", "#", "%", ";", "!"})
    CHECK(picture("a" + text + "z") != none);
  CHECK(!fs::exists("pwned"));
  CHECK(picture("a^b") != picture("a{^b}"));
  CHECK(picture("`echo x`") != picture("x"));
  CHECK(picture("a\\") != picture("a"));
  CHECK(picture("a\nb") == picture("a b"));
}

TEST_CASE("figure: two drawings of one figure are the same bytes") {
  Figure const figure = with_text(200, 40, "again");
  CHECK(figure.png() == figure.png());
}

TEST_CASE("figure: without gnuplot the error gives the apt command, and no file appears") {
  Folder const folder;
  std::string text;
  {
    OnlyPath const nothing(folder.path);
    text = failure(empty(), folder.path / "a.png");
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
    text = failure(empty(), folder.path / "a.png");
  }
  CHECK(has(text, "exit status 3"));
  CHECK(has(text, "line 7: no such thing"));
  CHECK(!fs::exists(folder.path / "a.png"));
}

TEST_CASE("figure: a program that takes too long is ended") {
  auto const begin = std::chrono::steady_clock::now();
  auto const result = fastxx::detail::run_external({"sh", "-c", "echo begun; exec sleep 100"}, {}, 1);
  CHECK(result.too_slow);
  CHECK(result.status == 128 + SIGKILL);
  CHECK(result.out == "begun\n");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(50));
}

TEST_CASE("figure: a program ends with the one that runs it") {
  Folder const folder;
  fs::path const file = folder.path / "pid";
  pid_t const runs_it = ::fork();
  if (runs_it == 0) {
    fastxx::detail::run_external(
        {"sh", "-c",
         "echo $$ > " + file.string() + ".new; mv " + file.string() + ".new " + file.string() + "; exec sleep 100"});
    ::_exit(0);
  }
  while (!fs::exists(file)) ::usleep(1000);
  ::kill(runs_it, SIGKILL);
  ::waitpid(runs_it, nullptr, 0);
  auto const runs = [stat = "/proc/" + std::to_string(std::stoi(fastxx::read_file(file))) + "/stat"] {
    std::string line;
    std::getline(std::ifstream(stat), line);
    return has(line, "(sleep)") && !has(line, ") Z ");  // a container may have nobody who buries it
  };
  for (int i = 0; i < 5000 && runs(); ++i) ::usleep(1000);
  CHECK(!runs());
}

TEST_CASE("figure: a gnuplot that stops in the middle of the PNG is noticed") {
  Folder const folder;
  fs::create_directory(folder.path / "bin");
  fake_gnuplot(folder.path / "bin", "printf '\\211PNG\\r\\n\\032\\n half'; exit 0");
  OnlyPath const fake(folder.path / "bin");
  CHECK(has(failure(empty(), folder.path / "a.png"), "expected a PNG from gnuplot"));
}

TEST_CASE("figure: gnuplot's own complaint about a bad command reaches the caller") {
  Figure const figure(100, 100, "set nonsense");
  CHECK(has(failure(figure, "unused.png"), "line "));
  CHECK(!fs::exists("unused.png"));
}

TEST_CASE("figure: a path that cannot be written is an error with path and reason") {
  Folder const folder;
  CHECK(has(failure(empty(), folder.path / "none" / "a.png"), "No such file or directory"));
  CHECK(has(failure(empty(), "/proc/a.png"), "/proc/a.png"));
}

TEST_CASE("figure: sizes that no picture has are refused") {
  CHECK_THROWS_AS(Figure(0, 100, ""), fastxx::data_error);
  CHECK_THROWS_AS(Figure(100, 20000, ""), fastxx::data_error);
}
