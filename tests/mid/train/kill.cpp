// The real thing: a process that trains is killed at random instants, again and again, and starts again each time.
// FASTXX_KILLS says how often (12 without it, nor less): FASTXX_KILLS=100 test_mid_train --test-case='kill: *'
#include "resume.hpp"

#include <algorithm>
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
// With workers, two older saves are kept as well.
void train_in_child(std::filesystem::path const& path, int workers) {
  auto learn = resume::learner(workers, 60000);
  Checkpoint const checkpoint(path, {.every = 1, .keep = workers});
  learn.fit_one_cycle(resume::epochs, {.lr_max = .05}, callbacks(checkpoint));
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

int number_of_kills() {
  char const* const given = std::getenv("FASTXX_KILLS");
  return given ? std::max(12, std::atoi(given)) : 12;
}

// How many of so many kills hit a save.
int kill_and_compare(std::filesystem::path const& folder, int workers, int wanted, Random& random) {
  auto const whole = folder / "whole" / "run", path = folder / "killed" / "run";
  auto const start = Clock::now();
  REQUIRE(wait_for(start_child(whole, workers)) == 0);
  auto const since = [](auto before) { return std::chrono::duration<double>(Clock::now() - before).count(); };
  double seconds = since(start);
  int kills = 0, saves_hit = 0, goes_on = 0;
  while (kills < wanted) {
    if (std::filesystem::exists(path) && has_ended(path)) std::filesystem::remove_all(path.parent_path());
    goes_on += std::filesystem::exists(path);
    auto const begin = Clock::now();
    pid_t const child = start_child(path, workers);
    std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(.02, .35) * seconds));
    ::kill(child, SIGKILL);
    bool const killed = WIFSIGNALED(wait_for(child));
    kills += killed;
    if (!killed) seconds = std::min(seconds, since(begin));  // the machine had been busy
    if (!std::filesystem::exists(path.parent_path())) continue;
    saves_hit += has_temporary(path.parent_path());
    for (auto const& entry : std::filesystem::directory_iterator(path.parent_path()))
      if (entry.path().filename().string().starts_with("run")) CHECK_NOTHROW(has_ended(entry.path()));  // each is whole
  }
  CHECK(goes_on >= wanted / 4);
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
  int const wanted = number_of_kills();
  int const saves_hit = kill_and_compare(folder.path / "0", 0, wanted / 2, random) +
                        kill_and_compare(folder.path / "2", 2, wanted - wanted / 2, random);
  CHECK(read_file(folder.path / "0" / "whole" / "run") == read_file(folder.path / "2" / "whole" / "run"));
  MESSAGE("of " << wanted << " kills " << saves_hit << " hit a save");
  CHECK(saves_hit > 0);
  CHECK(saves_hit < wanted);
}

TEST_CASE("kill: again and again at random instants, with 0 and 2 workers, and the end is the same bit for bit") {
  char const* const given = std::getenv("FASTXX_KILL_SEED");
  std::string const seed = given ? given : std::to_string(std::time(nullptr));
  CAPTURE(seed);
  std::string const command = "FASTXX_KILL_SEED=" + seed + " '" +
                              std::filesystem::read_symlink("/proc/self/exe").string() +
                              "' --no-skip --test-case='kill: in a process of its own'";
  CHECK(std::system(command.c_str()) == 0);
}
