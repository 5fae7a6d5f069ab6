#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

namespace fastxx {

namespace detail {

// Seconds that these processors have worked, for anybody, since the machine started: from the text of /proc/stat. Below 0
// where the text does not say.
double busy_seconds(std::string_view proc_stat, std::vector<int> const& cpus);

// While it lives, libgomp believes that there are more threads than processors.
class ShortWaits;
struct EndShortWaits {
  void operator()(ShortWaits* waits) const;
};

}  // namespace detail

/// Keeps libtorch's threads from spinning while other programs, or this one's loader workers, want the cores.
///
/// Between two parallel regions the threads of libgomp spin for milliseconds. On a quiet machine nothing is quicker;
/// beside another busy program it makes training half as fast as one thread would be, since the threads that spin take
/// the place of those that work. update(), called once a batch, looks four times a second how many cores others and the
/// workers use, and as long as they and libtorch's threads want more than there are, waits are short. The number of
/// threads stays, and so do the results. A Learner does it by itself; a loop of one's own has to ask.
///
/// Runs:    on Linux, with a libtorch that uses libgomp (elsewhere it changes nothing); not where OMP_WAIT_POLICY or
///          GOMP_SPINCOUNT is set: that is an answer
/// Source:  own design; the manual of libgomp, GOMP_SPINCOUNT: while there are more OpenMP threads than processors, few
///          spins
/// Example: examples/doc/threads.cpp
class ThreadWaits {
 public:
  ThreadWaits();
  ~ThreadWaits();
  ThreadWaits(ThreadWaits&&) noexcept;
  ThreadWaits& operator=(ThreadWaits&&) noexcept;

  /// Look, unless the last look was less than a quarter of a second ago, and lengthen or shorten waits. `threads` is how
  /// many an operation uses, or would.
  void update(int threads);
  /// Waits are as they were before, until an update() says otherwise.
  void release();

  bool are_short() const { return short_ != nullptr; }
  /// The cores that other programs used between the last two looks; 0 until there are two.
  double others() const { return others_; }
  /// The cores that others leave to this process, 1 at least.
  int free_cores() const;

 private:
  struct Times {
    std::chrono::steady_clock::time_point at = {};
    double busy = -1, ours = 0, workers = 0;
  };
  Times now() const;

  std::vector<int> cpus_;  // none: leave it all alone
  Times last_;
  double others_ = 0;
  std::unique_ptr<detail::ShortWaits, detail::EndShortWaits> short_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/core/thread_waits.ipp>
#endif
