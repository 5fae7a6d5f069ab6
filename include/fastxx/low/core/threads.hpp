#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/threads.hpp>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace fastxx {

/// How many threads do what. Loader workers take none off libtorch's: the sums of many operations depend on the number of
/// threads in their last digits, and the same seed shall give the same numbers for any number of workers. While workers
/// are busy libtorch's threads wait without spinning, so that they can share the cores: see ThreadWaits.
///
/// Source:  own design; Debian's libtorch starts with one intra-op thread, PyTorch's own builds with one per core
/// Example: examples/doc/loader.cpp
struct ThreadPlan {
  int intra_op = 1;  ///< threads inside one tensor operation: OMP_NUM_THREADS where it is set, else the cores to be had
  int workers = 0;   ///< threads of a DataLoader
};

namespace detail {

// The whole cores a cgroup allows, from its folder (version 2: cpu.max, version 1: two files); 0 when it sets no limit.
int cgroup_cores(std::filesystem::path const& folder);

// The numbers of the processors that this thread may run on; none where the system does not say.
std::vector<int> affinity_cpus();

}  // namespace detail

/// The cores this process may use: its affinity, or less where a cgroup (a container) limits its share.
int usable_cores();

/// The plan for a program whose busiest DataLoader has `workers` threads, and which shares the machine evenly with the
/// others of `local_ranks` processes.
///
/// Errors:  data_error [threads.workers] when negative, [threads.ranks] when there are no ranks
/// Example: examples/doc/loader.cpp
ThreadPlan thread_plan(int workers, int local_ranks = 1);

/// Give libtorch the plan's intra-op threads, for the calling thread and for threads that start later.
void apply(ThreadPlan const& plan);

/// "4 threads inside a tensor operation, 1 loader worker".
std::string to_string(ThreadPlan const& plan);

namespace detail {

// Counts the time that the thread it lives in works among that of the workers.
class WorkerTime {
 public:
  WorkerTime();
  ~WorkerTime();
  WorkerTime(WorkerTime const&) = delete;
  WorkerTime& operator=(WorkerTime const&) = delete;

 private:
  int clock_ = 0;
};

// Seconds that all workers of this process have worked.
double worker_seconds();

// Where threads that have just started wait until all of them have been, or until it is known that one could not.
class StartGate {
 public:
  bool wait();
  void set(bool open);

 private:
  enum class State { closed, open, abandoned };
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::closed;
};

}  // namespace detail

namespace detail {

// How many threads an operation of the calling thread uses; other threads, and those still to come, keep their numbers,
// which at::set_num_threads changes too. Without OpenMP a thread has no number of its own, and nothing happens.
void set_own_threads(int count);

// Where cores are few, the calling thread gets what the others leave. libtorch's threads wait for each other at the end of
// each operation: one that must share its core with a worker makes all of them wait.
void give_way();

}  // namespace detail

/// Start `count` threads that run `body(number)`; tensor operations inside them start no threads of their own. On Linux
/// they are 10 nicer than the caller: where cores are few, what trains goes first.
///
/// Errors:  state_error [threads.start] when the system gives no more threads; none is left running then
/// Source:  own design
/// Example: examples/doc/loader.cpp
template <class Body>
std::vector<std::thread> start_workers(int count, Body body) {
  auto gate = std::make_shared<detail::StartGate>();
  std::vector<std::thread> threads;
  auto first_steps = [gate, body](int number) {
    detail::set_own_threads(1);
    detail::give_way();
    detail::WorkerTime const counted;
    if (gate->wait()) body(number);
  };
  try {
    for (int number = 0; number < count; ++number) threads.emplace_back(first_steps, number);
  } catch (std::system_error const& failure) {
    gate->set(false);
    for (auto& thread : threads) thread.join();
    throw state_error("threads.start", {.call = "start_workers",
                                        .expected = {count, " threads"},
                                        .got = {threads.size(), " (", failure.what(), ")"},
                                        .fix = "use fewer workers or raise the limit on threads (ulimit -u)"});
  }
  gate->set(true);
  return threads;
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/core/threads.ipp>
#endif
