#pragma once

#include <fastxx/low/core/threads.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif

namespace fastxx::detail {

FASTXX_INLINE int cgroup_cores(std::filesystem::path const& folder) {
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

FASTXX_INLINE std::vector<int> affinity_cpus() {
  std::vector<int> cpus;
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
#endif
  return cpus;
}

inline int affinity_cores() {
  auto const cpus = affinity_cpus().size();
  return cpus > 0 ? static_cast<int>(cpus) : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// OMP_NUM_THREADS may be a list, one number per nesting level; the first is the one that counts. 0 when unusable.
inline int omp_num_threads(char const* value) {
  return value ? static_cast<int>(std::clamp(std::strtol(value, nullptr, 10), 0L, 4096L)) : 0;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE int usable_cores() {
  int cores = detail::affinity_cores();
  for (char const* folder : {"/sys/fs/cgroup", "/sys/fs/cgroup/cpu"})
    if (int const limit = detail::cgroup_cores(folder); limit > 0) cores = std::min(cores, limit);
  return cores;
}

FASTXX_INLINE ThreadPlan thread_plan(int workers, int local_ranks) {
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

FASTXX_INLINE void apply(ThreadPlan const& plan) {
  if (at::get_num_threads() != plan.intra_op) at::set_num_threads(plan.intra_op);
}

FASTXX_INLINE std::string to_string(ThreadPlan const& plan) {
  return std::to_string(plan.total) + (plan.total == 1 ? " thread: " : " threads: ") + std::to_string(plan.intra_op) +
         " inside a tensor operation, " + std::to_string(plan.workers) +
         (plan.workers == 1 ? " loader worker" : " loader workers");
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE bool StartGate::arrive_and_wait() {
  std::unique_lock lock(mutex_);
  ++arrived_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return state_ != State::closed; });
  return state_ == State::open;
}

FASTXX_INLINE void StartGate::wait_for(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return arrived_ == count; });
}

FASTXX_INLINE void StartGate::set(bool open) {
  std::lock_guard lock(mutex_);
  state_ = open ? State::open : State::abandoned;
  changed_.notify_all();
}

}  // namespace fastxx::detail
