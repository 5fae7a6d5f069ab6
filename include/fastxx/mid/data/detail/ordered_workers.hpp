#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fastxx/low/core/threads.hpp>
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

  Result take() {
    Slot slot;
    {
      std::unique_lock lock(mutex_);
      Slot& head = slots_[head_ % slots_.size()];
      ready_.wait(lock, [&] { return head.filled; });
      slot = std::exchange(head, Slot{});
      ++head_;
    }
    wake_.notify_one();
    if (slot.error) std::rethrow_exception(std::move(slot.error));
    return std::move(*slot.result);
  }

 private:
  struct Slot {
    bool filled = false;
    Produced result;
    std::exception_ptr error;
  };

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
      std::uint64_t const position = next_++;
      Cancelled const cancelled(generation_);
      lock.unlock();
      Slot made = produce(producer, position, cancelled);
      lock.lock();
      if (cancelled()) {
        lock.unlock();
        made = {};
        lock.lock();
      } else {
        slots_[position % slots_.size()] = std::move(made);
        if (position == head_) ready_.notify_one();
      }
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
  std::vector<Slot> stale_;        // the consumer's: empty, and swapped in when slots_ is thrown away
  std::uint64_t head_ = 0;         // the next position to be taken
  std::uint64_t next_ = 0;         // the next position to be made
  bool running_ = false;
  bool stop_ = false;
  std::atomic<std::uint64_t> generation_ = 0;  // changed under the mutex, asked without it
  std::vector<std::thread> threads_;           // last: they use everything above
};

}  // namespace fastxx::detail
