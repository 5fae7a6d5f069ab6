#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/thread_waits.hpp>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>
#ifdef __linux__
#include <sys/resource.h>
#endif

namespace fastxx::detail {

inline double take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  unsigned long long value = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return static_cast<double>(value);
}

FASTXX_INLINE double busy_seconds(std::string_view proc_stat, std::vector<int> const& cpus) {
  double ticks = 0;
  std::size_t found = 0;
  // "cpu0 user nice system idle iowait irq softirq steal ...", a line for each after that of all together.
  for (std::size_t at = proc_stat.find("\ncpu"); at != std::string_view::npos; at = proc_stat.find("\ncpu", at + 1)) {
    std::string_view line = proc_stat.substr(at + 4);
    line = line.substr(0, line.find('\n'));
    if (std::find(cpus.begin(), cpus.end(), static_cast<int>(take_number(line))) == cpus.end()) continue;
    ++found;
    for (int column = 0; column < 8; ++column) {
      double const value = take_number(line);
      if (column != 3 && column != 4) ticks += value;
    }
  }
#ifdef __linux__
  if (!cpus.empty() && found == cpus.size()) return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
#endif
  return -1;
}

class ShortWaits {
 public:
  // A thread with a team of its own, all of which sleep. With the caller's team they are one more than there are cpus.
  explicit ShortWaits(int cpus) {
    int const team = std::max(2, cpus - at::get_num_threads() + 2);
    // libgomp ends the program when it gets no thread: ask for them in a way that can fail.
    for (auto& probe : start_workers(team, [](int) {})) probe.join();
    holder_ = std::move(start_workers(1, [this, team](int) { hold(team); })[0]);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return team_is_there_; });
  }
  ~ShortWaits() {
    {
      std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    changed_.notify_all();
    holder_.join();
  }
  ShortWaits(ShortWaits const&) = delete;
  ShortWaits& operator=(ShortWaits const&) = delete;

  // After fork() there is no such thread in the child, and nothing to end.
  bool is_ours() const { return process_ == getpid(); }

 private:
  void hold(int team) {
    set_own_threads(team);
    // An operation large enough for libtorch to use all of them: 32,768 numbers for each.
    at::empty({static_cast<std::int64_t>(team) << 15}).fill_(0);
    std::unique_lock lock(mutex_);
    team_is_there_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_over_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool team_is_there_ = false, is_over_ = false;
  std::thread holder_;
  int process_ = getpid();
};

FASTXX_INLINE void EndShortWaits::operator()(ShortWaits* waits) const {
  if (waits->is_ours()) delete waits;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE ThreadWaits::ThreadWaits() {
  if (!std::getenv("OMP_WAIT_POLICY") && !std::getenv("GOMP_SPINCOUNT")) cpus_ = detail::affinity_cpus();
}
FASTXX_INLINE ThreadWaits::~ThreadWaits() = default;
FASTXX_INLINE ThreadWaits::ThreadWaits(ThreadWaits&&) noexcept = default;
FASTXX_INLINE ThreadWaits& ThreadWaits::operator=(ThreadWaits&&) noexcept = default;

FASTXX_INLINE ThreadWaits::Times ThreadWaits::now() const {
  Times times{.at = std::chrono::steady_clock::now()};
#ifdef __linux__
  std::ifstream file("/proc/stat");
  times.busy = detail::busy_seconds(std::string(std::istreambuf_iterator<char>(file), {}), cpus_);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](timeval const& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  times.ours = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  times.workers = detail::worker_seconds();
#endif
  return times;
}

FASTXX_INLINE void ThreadWaits::update(int threads) {
  if (cpus_.empty()) return;
  std::chrono::duration<double> const since = std::chrono::steady_clock::now() - last_.at;
  if (since.count() < .25) return;
  Times const before = std::exchange(last_, now());
  if (before.busy < 0 || last_.busy < 0) return;
  others_ = std::max(0., (last_.busy - before.busy - (last_.ours - before.ours)) / since.count());
  double const wanted = others_ + (last_.workers - before.workers) / since.count() + threads;
  bool const contended = threads > 1 && wanted > static_cast<double>(cpus_.size()) + .25;  // the system has work too
  if (contended == are_short()) return;
  short_.reset();
  try {
    if (contended) short_.reset(new detail::ShortWaits(static_cast<int>(cpus_.size())));
  } catch (state_error const&) {
    cpus_.clear();  // no threads to be had: go on without
  }
}

FASTXX_INLINE int ThreadWaits::free_cores() const {
  return std::max(1, static_cast<int>(static_cast<double>(cpus_.size()) - others_ + .25));
}

FASTXX_INLINE void ThreadWaits::release() { short_.reset(); }

}  // namespace fastxx
