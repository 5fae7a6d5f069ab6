#pragma once

#include <fastxx/low/core/threads.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Asked between two items: has the work become useless?
class Cancelled {
 public:
  Cancelled() = default;
  explicit Cancelled(std::atomic<std::uint64_t> const& now) : now_(&now), mine_(now.load()) {}
  bool operator()() const { return now_ && now_->load(std::memory_order_relaxed) != mine_; }

 private:
  std::atomic<std::uint64_t> const* now_ = nullptr;
  std::uint64_t mine_ = 0;
};

// Threads that work ahead on an endless stream of numbered jobs and hand the results over in order. At most `capacity`
// results wait or are being made. Each thread makes itself a producer with `make()`; producer(position, cancelled)
// gives optional<Result>, empty when it saw that it was cancelled.
//
// One consumer at a time: seek(), then take() as often as wanted, pause() to throw away what nobody will take.
template <class Make>
class OrderedWorkers {
 public:
  using Produced = std::invoke_result_t<std::invoke_result_t<Make const&>, std::uint64_t, Cancelled const&>;
  using Result = typename Produced::value_type;

  OrderedWorkers(int workers, std::size_t capacity, Make make)
      : make_(std::move(make)),
        slots_(capacity),
        stale_(capacity),
        threads_(start_workers(workers, [this](int) { work(); })) {}

  OrderedWorkers(OrderedWorkers const&) = delete;

  ~OrderedWorkers() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
      ++generation_;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  // The next take() gives the result of this position. Where the threads are there already, nothing is lost.
  void seek(std::uint64_t position) {
    {
      std::lock_guard lock(mutex_);
      if (running_ && head_ == position) return;
    }
    restart(position, true);
  }

  void pause() { restart(0, false); }

  // What takes less time to make than to wait for is made here, where `producer` says that it may be; and a consumer
  // that comes back at once wakes nobody for it.
  template <class Producer>
  Result take(Producer& producer) {
    Slot slot;
    bool alone = false;
    auto const entered = now<Producer>();
    {
      std::unique_lock lock(mutex_);
      Slot& head = slots_[head_ % slots_.size()];
      while (!head.filled) {
        if (quick_ && next_ - head_ < slots_.size())
          make_next(producer, lock);
        else
          ready_.wait(lock);
      }
      slot = std::exchange(head, Slot{});
      ++head_;
      alone = quick_ && entered - left_ < wake_up;
    }
    if (!alone) wake_.notify_one();
    left_ = now<Producer>();
    if (slot.error) std::rethrow_exception(std::move(slot.error));
    return std::move(*slot.result);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::microseconds wake_up{30};  // about what it costs to sleep until a thread is done

  struct Slot {
    bool filled = false;
    Produced result;
    std::exception_ptr error;
  };

  // Asked only where the answer is of use.
  template <class Producer>
  static Clock::time_point now() {
    return Producer::helps ? Clock::now() : Clock::time_point();
  }

  void restart(std::uint64_t position, bool run) {
    {
      std::lock_guard lock(mutex_);
      ++generation_;
      slots_.swap(stale_);
      head_ = next_ = position;
      running_ = run;
    }
    wake_.notify_all();
    for (Slot& slot : stale_) slot = {};  // outside the lock: freeing batches takes its time
  }

  void work() {
    auto producer = make_();
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stop_ || (running_ && next_ - head_ < slots_.size()); });
      if (stop_) return;
      make_next(producer, lock);
    }
  }

  // The lock is held before and after, not while the result is made.
  template <class Producer>
  void make_next(Producer& producer, std::unique_lock<std::mutex>& lock) {
    std::uint64_t const position = next_++;
    Cancelled const cancelled(generation_);
    lock.unlock();
    auto const start = now<Producer>();
    Slot made = produce(producer, position, cancelled);
    bool const quick = Producer::helps && now<Producer>() - start < wake_up;
    lock.lock();
    if (cancelled()) {
      lock.unlock();
      made = {};
      lock.lock();
    } else {
      quick_ = quick;
      slots_[position % slots_.size()] = std::move(made);
      if (position == head_) ready_.notify_one();
    }
  }

  // The exception leaves its catch block before anybody else can see it: from then on one thread at a time owns it.
  template <class Producer>
  static Slot produce(Producer& producer, std::uint64_t position, Cancelled const& cancelled) {
    Slot made{.filled = true, .result = {}, .error = nullptr};
    try {
      made.result = producer(position, cancelled);
    } catch (...) {
      made.error = std::current_exception();
    }
    return made;
  }

  Make make_;
  std::mutex mutex_;
  std::condition_variable wake_;   // for the threads: there is room, or an end
  std::condition_variable ready_;  // for the consumer: the head is filled
  std::vector<Slot> slots_;        // a ring: position p lies in slot p % capacity
  Clock::time_point left_;         // the consumer's: when it last got a result
  std::vector<Slot> stale_;        // the consumer's: empty, and swapped in when slots_ is thrown away
  std::uint64_t head_ = 0;         // the next position to be taken
  std::uint64_t next_ = 0;         // the next position to be made
  bool quick_ = false;             // whether the latest result took less time than a wake-up
  bool running_ = false;
  bool stop_ = false;
  std::atomic<std::uint64_t> generation_ = 0;  // changed under the mutex, asked without it
  std::vector<std::thread> threads_;           // last: they use everything above
};

}  // namespace fastxx::detail
