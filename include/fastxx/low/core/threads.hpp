#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <fastxx/low/core/error.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif

// Two of libtorch's functions, declared here because no header smaller than torch/nn.h or ATen/Parallel.h brings them.
namespace at {
[[gnu::visibility("default")]] int get_num_threads();
[[gnu::visibility("default")]] void set_num_threads(int count);
}  // namespace at

namespace fastxx {

/// How many threads do what. The rule: intra-op threads = max(1, total - workers), because a team of intra-op threads
/// waits for its slowest member and must not share its cores with loader workers.
///
/// Source:  own design; Debian's libtorch starts with one intra-op thread
/// Example: examples/doc/loader.cpp
struct ThreadPlan {
  int total = 1;     ///< OMP_NUM_THREADS where it is set, else the cores this process may use
  int workers = 0;   ///< threads of a DataLoader
  int intra_op = 1;  ///< threads inside one tensor operation of the main thread
};

namespace detail {

// The whole cores a cgroup allows, from its folder (version 2: cpu.max, version 1: two files); 0 when it sets no limit.
inline int cgroup_cores(std::filesystem::path const& folder) {
  double quota = 0,
         period = 0;  // microseconds; the quota of an unlimited group is "max" or -1 and fails the test below
  if (std::ifstream version_2(folder / "cpu.max"); version_2) {
    version_2 >> quota >> period;
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? std::max(1, static_cast<int>(quota / period + 0.5)) : 0;
}

inline int affinity_cores() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// OMP_NUM_THREADS may be a list, one number per nesting level; the first is the one that counts. 0 when unusable.
inline int omp_num_threads(char const* value) {
  return value ? static_cast<int>(std::clamp(std::strtol(value, nullptr, 10), 0L, 4096L)) : 0;
}

}  // namespace detail

/// The cores this process may use: its affinity, or less where a cgroup (a container) limits its share.
inline int usable_cores() {
  int cores = detail::affinity_cores();
  for (char const* folder : {"/sys/fs/cgroup", "/sys/fs/cgroup/cpu"})
    if (int const limit = detail::cgroup_cores(folder); limit > 0) cores = std::min(cores, limit);
  return cores;
}

/// The plan for a program whose busiest DataLoader has `workers` threads, and which shares the machine evenly with the
/// others of `local_ranks` processes.
///
/// Errors:  data_error [threads.workers] when negative, [threads.ranks] when there are no ranks
/// Example: examples/doc/loader.cpp
inline ThreadPlan thread_plan(int workers, int local_ranks = 1) {
  if (local_ranks < 1)
    throw data_error("threads.ranks",
                     {.call = "thread_plan", .expected = "1 or more processes on this machine", .got = {local_ranks}});
  if (workers < 0)
    throw data_error("threads.workers", {.call = "thread_plan",
                                         .expected = "0 or more workers",
                                         .got = {workers},
                                         .fix = "use 0 to load in the calling thread"});
  int total = detail::omp_num_threads(std::getenv("OMP_NUM_THREADS"));
  if (total == 0) total = std::max(1, usable_cores() / local_ranks);
  return {.total = total, .workers = workers, .intra_op = std::max(1, total - workers)};
}

/// Give libtorch the plan's intra-op threads, for the calling thread and for threads that start later.
inline void apply(ThreadPlan const& plan) {
  if (at::get_num_threads() != plan.intra_op) at::set_num_threads(plan.intra_op);
}

/// "4 threads: 3 inside a tensor operation, 1 loader worker".
inline std::string to_string(ThreadPlan const& plan) {
  return std::to_string(plan.total) + (plan.total == 1 ? " thread: " : " threads: ") + std::to_string(plan.intra_op) +
         " inside a tensor operation, " + std::to_string(plan.workers) +
         (plan.workers == 1 ? " loader worker" : " loader workers");
}

namespace detail {

// Where threads that have just started wait until all of them have, or until it is known that one could not.
class StartGate {
 public:
  bool arrive_and_wait() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return state_ != State::closed; });
    return state_ == State::open;
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ == count; });
  }
  void set(bool open) {
    std::lock_guard lock(mutex_);
    state_ = open ? State::open : State::abandoned;
    changed_.notify_all();
  }

 private:
  enum class State { closed, open, abandoned };
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  State state_ = State::closed;
};

}  // namespace detail

/// Start `count` threads that run `body(number)`; tensor operations inside them start no threads of their own.
///
/// Errors:  state_error [threads.start] when the system gives no more threads; none is left running then
/// Source:  own design; libtorch's OpenMP backend keeps one number per thread and one for threads still to come
/// Example: examples/doc/loader.cpp
template <class Body>
std::vector<std::thread> start_workers(int count, Body body) {
  auto gate = std::make_shared<detail::StartGate>();
  int const intra_op = at::get_num_threads();
  std::vector<std::thread> threads;
  auto first_steps = [gate, body](int number) {
    at::get_num_threads();  // a thread takes the process's number at its first question; ours has to come after that
    at::set_num_threads(1);
    if (gate->arrive_and_wait()) body(number);
  };
  try {
    for (int number = 0; number < count; ++number) threads.emplace_back(first_steps, number);
  } catch (std::system_error const& failure) {
    gate->set(false);
    for (auto& thread : threads) thread.join();
    at::set_num_threads(intra_op);
    throw state_error("threads.start", {.call = "start_workers",
                                        .expected = {count, " threads"},
                                        .got = {threads.size(), " (", failure.what(), ")"},
                                        .fix = "use fewer workers or raise the limit on threads (ulimit -u)"});
  }
  gate->wait_for(count);
  at::set_num_threads(intra_op);  // the workers' 1 has become the number of threads still to come: put it back
  gate->set(true);
  return threads;
}

}  // namespace fastxx
