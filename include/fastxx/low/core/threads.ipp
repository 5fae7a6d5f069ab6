#pragma once

#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/torch/parallel.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#ifdef __linux__
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
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
  return {.intra_op = total, .workers = workers};
}

FASTXX_INLINE void apply(ThreadPlan const& plan) {
  if (at::get_num_threads() != plan.intra_op) at::set_num_threads(plan.intra_op);
}

FASTXX_INLINE std::string to_string(ThreadPlan const& plan) {
  return std::to_string(plan.intra_op) + (plan.intra_op == 1 ? " thread" : " threads") +
         " inside a tensor operation, " + std::to_string(plan.workers) +
         (plan.workers == 1 ? " loader worker" : " loader workers");
}

}  // namespace fastxx

namespace fastxx::detail {

// The clocks of the workers that run, and what the others have worked.
struct WorkerClocks {
  std::mutex mutex;
  std::vector<int> running;
  double ended = 0;

  static WorkerClocks& all() {
    static auto& clocks = *new WorkerClocks;  // never destroyed: a worker that hung may end after everything else
    return clocks;
  }
};

inline double clock_seconds([[maybe_unused]] int clock) {
#ifdef __linux__
  timespec now{};
  if (clock_gettime(clock, &now) == 0) return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
#endif
  return 0;
}

FASTXX_INLINE WorkerTime::WorkerTime() {
#ifdef __linux__
  pthread_getcpuclockid(pthread_self(), &clock_);
#endif
  auto& clocks = WorkerClocks::all();
  std::lock_guard const lock(clocks.mutex);
  clocks.running.push_back(clock_);
}
FASTXX_INLINE WorkerTime::~WorkerTime() {
  auto& clocks = WorkerClocks::all();
  std::lock_guard const lock(clocks.mutex);
  clocks.ended += clock_seconds(clock_);
  clocks.running.erase(std::find(clocks.running.begin(), clocks.running.end(), clock_));
}

FASTXX_INLINE double worker_seconds() {
  auto& clocks = WorkerClocks::all();
  std::lock_guard const lock(clocks.mutex);
  double sum = clocks.ended;
  for (int const clock : clocks.running) sum += clock_seconds(clock);
  return sum;
}

FASTXX_INLINE void set_own_threads([[maybe_unused]] int count) {
#ifdef __linux__
  // By name, since only programs built with -fopenmp are linked with it; libtorch's own is found.
  static auto const set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  // at::parallel_for gives a thread the process's number when the thread calls it first. That is once for libtorch and
  // once for the program, in which it is inlined; the first step of the optimizer undid what had been set here.
  at::internal::lazy_init_num_threads();
  if (at::get_num_threads() != count && set) set(count);  // a thread takes the process's number at its first question
#endif
}

FASTXX_INLINE void give_way() {
#ifdef __linux__
  errno = 0;
  int const now = ::getpriority(PRIO_PROCESS, 0);  // of this thread, and so is the next: Linux has no other
  if (errno == 0) (void)::setpriority(PRIO_PROCESS, 0, now + 10);
#endif
}

FASTXX_INLINE bool StartGate::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return state_ != State::closed; });
  return state_ == State::open;
}

FASTXX_INLINE void StartGate::set(bool open) {
  std::lock_guard lock(mutex_);
  state_ = open ? State::open : State::abandoned;
  changed_.notify_all();
}

}  // namespace fastxx::detail
