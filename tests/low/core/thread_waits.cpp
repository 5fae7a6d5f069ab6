#include <fastxx/low/core/thread_waits.hpp>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using fastxx::ThreadWaits;
using fastxx::detail::busy_seconds;

namespace {

// As many busy programs as there are processors.
class BusyMachine {
 public:
  BusyMachine() {
    for (std::size_t i = 0; i < fastxx::detail::affinity_cpus().size(); ++i) {
      processes_.push_back(fork());
      if (processes_.back() == 0) {
        alarm(20);  // should this test be killed
        for (unsigned volatile turns = 0;;) turns = turns + 1;
      }
    }
  }
  ~BusyMachine() {
    for (pid_t const process : processes_) {
      kill(process, SIGKILL);
      waitpid(process, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> processes_;
};

bool become_short(ThreadWaits& waits, int threads) {
  for (int look = 0; look < 12 && !waits.are_short(); ++look) {
    waits.update(threads);
    std::this_thread::sleep_for(std::chrono::milliseconds(260));
  }
  return waits.are_short();
}

int number_for_new_threads() {
  int number = 0;
  std::thread([&] { number = at::get_num_threads(); }).join();
  return number;
}

}  // namespace

TEST_CASE("thread waits: what the processors have worked is read from /proc/stat") {
  std::string const text =
      "cpu  999 9 9 9 9 9 9 9 9 9\n"
      "cpu0 100 20 30 7000 500 1 2 3 40 50\n"  // user nice system idle iowait irq softirq steal; guests are in user
      "cpu1 1000 0 0 7000 500 0 0 0 0 0\n"
      "cpu10 64 0 0 0 0 0 0 0 0 0\n"
      "intr 12 13\nctxt 5\n";
  auto const tick = static_cast<double>(sysconf(_SC_CLK_TCK));
  CHECK(busy_seconds(text, {0}) == doctest::Approx(156 / tick));
  CHECK(busy_seconds(text, {0, 1}) == doctest::Approx(1156 / tick));
  CHECK(busy_seconds(text, {10}) == doctest::Approx(64 / tick));
  CHECK(busy_seconds(text, {0, 5}) == -1);
  CHECK(busy_seconds("", {0}) == -1);
  CHECK(busy_seconds("cpu 1\ncpu0", {0}) == 0);
  CHECK(busy_seconds(text, {}) == -1);
}

TEST_CASE("thread waits: they are short beside busy programs, and the number of threads stays") {
  int const before = at::get_num_threads();
  at::set_num_threads(2);
  {
    BusyMachine const busy;
    ThreadWaits waits;
    CHECK_FALSE(waits.are_short());
    CHECK(waits.others() == 0);
    CHECK(become_short(waits, 2));
    CHECK(waits.others() > .25);
    CHECK(waits.free_cores() >= 1);
    CHECK(at::get_num_threads() == 2);
    CHECK(number_for_new_threads() == 2);
    pid_t const child = fork();
    if (child == 0) {
      alarm(5);
      waits.release();  // the thread that keeps them short is the parent's
      _exit(waits.are_short() ? 1 : 0);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    ThreadWaits moved = std::move(waits);
    CHECK(moved.are_short());
    moved.release();
    CHECK_FALSE(moved.are_short());
    CHECK_FALSE([] {
      ThreadWaits one;
      return become_short(one, 1);  // one thread waits for nobody
    }());
  }
  at::set_num_threads(before);
}

TEST_CASE("thread waits: they are short while this program's workers are busy") {
  auto const cpus = static_cast<int>(fastxx::detail::affinity_cpus().size());
  std::atomic<bool> over = false;
  auto workers = fastxx::start_workers(1, [&](int) {
    while (!over) {
    }
  });
  ThreadWaits waits;
  CHECK((cpus == 1 || become_short(waits, cpus)));
  over = true;
  workers[0].join();
}

TEST_CASE("thread waits: who has set OMP_WAIT_POLICY has decided") {
  setenv("OMP_WAIT_POLICY", "active", 1);
  BusyMachine const busy;
  ThreadWaits waits;
  CHECK_FALSE(become_short(waits, 2));
  CHECK(waits.others() == 0);
  unsetenv("OMP_WAIT_POLICY");
}
