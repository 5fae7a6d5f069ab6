// The real thing: a process that trains is killed at random instants, again and again, and starts again each time.
#include "resume.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Clock = std::chrono::steady_clock;

// A model of about a megabyte, so that a good part of the time goes into saving.
void train_in_child(std::filesystem::path const& path, int workers) {
  auto learn = resume::learner(workers, 60000);
  resume::train(learn, path, 1);
}

pid_t start_child(std::filesystem::path const& path, int workers) {
  pid_t const child = ::fork();
  if (child != 0) return child;
  int code = 1;
  try {
    train_in_child(path, workers);
    code = 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "child: %s\n", e.what());
  }
  ::_exit(code);  // neither doctest nor anybody's destructors
}

int wait_for(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool has_temporary(std::filesystem::path const& folder) {
  for (auto const& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".tmp") return true;
  return false;
}

bool has_ended(std::filesystem::path const& path) {
  return load_safetensors(path).metadata.at("position.finished") == "true";
}

// Kills 20 times; how many of them hit a save.
int kill_and_compare(std::filesystem::path const& folder, int workers, Random& random) {
  auto const whole = folder / "whole" / "run", path = folder / "killed" / "run";
  auto const start = Clock::now();
  REQUIRE(wait_for(start_child(whole, workers)) == 0);
  double const seconds = std::chrono::duration<double>(Clock::now() - start).count();
  int kills = 0, saves_hit = 0, goes_on = 0;
  while (kills < 20) {
    bool const is_there = std::filesystem::exists(path);
    if (is_there && has_ended(path)) std::filesystem::remove(path);
    goes_on += is_there;
    pid_t const child = start_child(path, workers);
    std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(.02, .35) * seconds));
    ::kill(child, SIGKILL);
    kills += WIFSIGNALED(wait_for(child));
    if (std::filesystem::exists(folder / "killed")) saves_hit += has_temporary(folder / "killed");
  }
  CHECK(goes_on > 5);
  REQUIRE(wait_for(start_child(path, workers)) == 0);
  CHECK(has_ended(path));
  CHECK_FALSE(has_temporary(folder / "killed"));
  // Weights, optimizer, rows, losses, metrics, generators and states of callbacks are all in the file.
  CHECK(read_file(path) == read_file(whole));
  return saves_hit;
}

}  // namespace

// Runs in a process of its own, which has no threads yet: what it forks is as if freshly started, without the second
// that loading libtorch takes.
TEST_CASE("kill: in a process of its own" * doctest::skip()) {
  char const* const given = std::getenv("FASTXX_KILL_SEED");
  if (!given) return;  // not started by the test below
  std::uint64_t const seed = std::strtoull(given, nullptr, 10);
  CAPTURE(seed);
  Random random(seed);
  resume::Folder const folder;
  int const saves_hit = kill_and_compare(folder.path / "0", 0, random) + kill_and_compare(folder.path / "2", 2, random);
  CHECK(read_file(folder.path / "0" / "whole" / "run") == read_file(folder.path / "2" / "whole" / "run"));
  MESSAGE("of 40 kills " << saves_hit << " hit a save");
  CHECK(saves_hit > 0);
  CHECK(saves_hit < 40);
}

TEST_CASE("kill: 20 times at random instants, with 0 and 2 workers, and the end is the same bit for bit") {
  char const* const given = std::getenv("FASTXX_KILL_SEED");
  std::string const seed = given ? given : std::to_string(std::time(nullptr));
  CAPTURE(seed);
  std::string const command = "FASTXX_KILL_SEED=" + seed + " '" +
                              std::filesystem::read_symlink("/proc/self/exe").string() +
                              "' --no-skip --test-case='kill: in a process of its own'";
  CHECK(std::system(command.c_str()) == 0);
}
