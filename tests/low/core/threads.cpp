#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/torch/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>

namespace {

// OMP_NUM_THREADS for the length of a test.
class OmpNumThreads {
 public:
  explicit OmpNumThreads(char const* value) {
    if (char const* now = std::getenv("OMP_NUM_THREADS")) before_ = now;
    value ? setenv("OMP_NUM_THREADS", value, 1) : unsetenv("OMP_NUM_THREADS");
  }
  ~OmpNumThreads() { before_ ? setenv("OMP_NUM_THREADS", before_->c_str(), 1) : unsetenv("OMP_NUM_THREADS"); }

 private:
  std::optional<std::string> before_;
};

// The number libtorch gives to a thread that has just started.
int number_for_new_threads() {
  int number = 0;
  std::thread([&] { number = at::get_num_threads(); }).join();
  return number;
}

auto threads_of_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator{});
}

}  // namespace

TEST_CASE("threads: the plan honours OMP_NUM_THREADS, and is the same for any number of workers") {
  OmpNumThreads const eight("8");
  auto const plan = fastxx::thread_plan(3);
  CHECK(plan.workers == 3);
  CHECK(plan.intra_op == 8);
  CHECK(fastxx::thread_plan(0).intra_op == 8);
  CHECK(to_string(plan) == "8 threads inside a tensor operation, 3 loader workers");
  OmpNumThreads const one("1");
  CHECK(to_string(fastxx::thread_plan(1)) == "1 thread inside a tensor operation, 1 loader worker");
}

TEST_CASE("threads: processes on one machine share its cores evenly") {
  OmpNumThreads const unset(nullptr);
  CHECK(fastxx::thread_plan(0, 2).intra_op == std::max(1, fastxx::usable_cores() / 2));
  CHECK(fastxx::thread_plan(0, 1000).intra_op == 1);
}

TEST_CASE("threads: what workers have worked is counted, after their end too") {
  double const before = fastxx::detail::worker_seconds();
  double during = 0;
  auto workers = fastxx::start_workers(1, [&](int) {
    auto const start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(300))
      during = fastxx::detail::worker_seconds();
  });
  workers[0].join();
  CHECK(during > before);
  CHECK(fastxx::detail::worker_seconds() >= during);
  CHECK(fastxx::detail::worker_seconds() < before + 2);
}

TEST_CASE("threads: of a list in OMP_NUM_THREADS the first number counts, and nonsense counts as unset") {
  {
    OmpNumThreads const list("6,2");
    CHECK(fastxx::thread_plan(0).intra_op == 6);
  }
  OmpNumThreads const unset(nullptr);
  int const cores = fastxx::thread_plan(0).intra_op;
  CHECK(cores == fastxx::usable_cores());
  CHECK(cores >= 1);
  CHECK(cores <= static_cast<int>(std::thread::hardware_concurrency()));
  for (char const* nonsense : {"many", "", "-3", "0"}) {
    OmpNumThreads const set(nonsense);
    CHECK(fastxx::thread_plan(0).intra_op == cores);
  }
}

TEST_CASE("threads: the cores of a container are read from both versions of cgroups") {
  auto const folder = std::filesystem::temp_directory_path() / "fastxx_test_cgroup";
  auto limit = [&](std::string const& file, std::string const& text) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / file) << text;
    return fastxx::detail::cgroup_cores(folder);
  };
  CHECK(fastxx::detail::cgroup_cores(folder / "absent") == 0);
  CHECK(limit("cpu.max", "200000 100000\n") == 2);
  CHECK(limit("cpu.max", "50000 100000\n") == 1);
  CHECK(limit("cpu.max", "max 100000\n") == 0);
  std::filesystem::remove(folder / "cpu.max");
  limit("cpu.cfs_period_us", "100000\n");
  CHECK(limit("cpu.cfs_quota_us", "400000\n") == 4);
  CHECK(limit("cpu.cfs_quota_us", "-1\n") == 0);
  std::filesystem::remove_all(folder);
}

TEST_CASE("threads: a negative number of workers is refused") {
  try {
    fastxx::thread_plan(-1);
    FAIL("no error");
  } catch (fastxx::data_error const& e) {
    CHECK(e.key() == "threads.workers");
  }
}

TEST_CASE("threads: apply sets libtorch's number for this thread and for those that start later") {
  int const before = at::get_num_threads();
  apply(fastxx::ThreadPlan{.intra_op = 3});
  CHECK(at::get_num_threads() == 3);
  CHECK(number_for_new_threads() == 3);
  at::set_num_threads(before);
}

TEST_CASE("threads: workers run tensor operations in one thread and leave everybody else's number alone") {
  int const before = at::get_num_threads();
  at::set_num_threads(3);
  auto const big = at::ones({1 << 22});
  big.add(1);  // so that the main thread's own team is there before anybody counts
  std::atomic<int> in_workers = 0, more_threads = 0;
  auto workers = fastxx::start_workers(1, [&](int) {
    in_workers = at::get_num_threads();
    auto const running = threads_of_process();
    big.add(1);
    more_threads = static_cast<int>(threads_of_process() - running);
  });
  for (auto& worker : workers) worker.join();
  CHECK(at::get_num_threads() == 3);
  CHECK(number_for_new_threads() == 3);
  CHECK(in_workers.load() == 1);
  CHECK(more_threads.load() == 0);
  at::set_num_threads(before);
}

TEST_CASE("threads: a number of a thread's own outlives the first at::parallel_for of the program") {
  int const before = at::get_num_threads();
  at::set_num_threads(3);
  int after = 0;
  std::thread([&] {
    fastxx::detail::set_own_threads(2);
    at::parallel_for(0, 100, 1, [](std::int64_t, std::int64_t) {});
    after = at::get_num_threads();
  }).join();
  CHECK(after == 2);
  at::set_num_threads(before);
}

#ifdef __linux__
TEST_CASE("threads: workers are nicer than who started them, so that training goes first where cores are few") {
  int nice = 0;
  for (auto& worker : fastxx::start_workers(1, [&](int) { nice = getpriority(PRIO_PROCESS, 0); })) worker.join();
  CHECK(nice == std::min(getpriority(PRIO_PROCESS, 0) + 10, 19));
}
#endif

TEST_CASE("threads: every worker gets its number") {
  std::atomic<int> sum = 0;
  for (auto& worker : fastxx::start_workers(4, [&](int number) { sum += 1 << number; })) worker.join();
  CHECK(sum.load() == 0b1111);
}
