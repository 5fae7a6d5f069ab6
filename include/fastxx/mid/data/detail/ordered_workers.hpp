#pragma once

#include <fastxx/low/core/threads.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Asked between two items: has the work become useless? It is told which item comes next, so that somebody who waits too
// long can say for what.
class Cancelled {
 public:
  Cancelled() = default;
  Cancelled(std::atomic<std::uint64_t> const& now, std::atomic<std::int64_t>& reached)
      : now_(&now), reached_(&reached), mine_(now.load()) {
    reached.store(-1, std::memory_order_relaxed);
  }
  bool operator()() const { return now_ && now_->load(std::memory_order_relaxed) != mine_; }
  bool operator()(std::int64_t next) const {
    if (reached_) reached_->store(next, std::memory_order_relaxed);
    return (*this)();
  }

 private:
  std::atomic<std::uint64_t> const* now_ = nullptr;
  std::atomic<std::int64_t>* reached_ = nullptr;
  std::uint64_t mine_ = 0;
};

// Thrown by take() when the time is over: the item that is being made, or -1 where none has begun.
struct WorkersTimeout {
  std::int64_t reached = -1;
};

struct WorkersOptions {
  int workers = 1;
  std::size_t capacity = 1;
  std::chrono::duration<double> timeout{0};  // for a result, and at the end for the threads; 0: no limit
  std::function<void(int)> first = {};       // what each thread does before anything else
};

// Threads that work ahead on an endless stream of numbered jobs and hand the results over in order. At most `capacity`
// results wait or are being made. Each thread makes itself a producer with `make()`; producer(position, cancelled)
// gives optional<Result>, empty when it saw that it was cancelled. A producer that `reads_in_order` has
// read(position, cancelled) as well, which one thread at a time does, in the order of the positions.
//
// One consumer at a time: seek(), then take() as often as wanted, pause() to throw away what nobody will take.
template <class Make>
class OrderedWorkers {
 public:
  using Producer = std::invoke_result_t<Make const&>;
  using Produced = std::invoke_result_t<Producer&, std::uint64_t, Cancelled const&>;
  using Result = typename Produced::value_type;

  OrderedWorkers(WorkersOptions const& options, Make make)
      : queue_(std::make_shared<Queue>(options, std::move(make))),
        threads_(start_workers(options.workers, [queue = queue_](int number) { queue->work(number); })) {
    if (auto const failed = queue_->initialised(options)) {
      end();
      std::rethrow_exception(failed);
    }
  }

  OrderedWorkers(OrderedWorkers const&) = delete;

  ~OrderedWorkers() { end(); }

  // The next take() gives the result of this position. Where the threads are there already, nothing is lost.
  void seek(std::uint64_t position) { queue_->seek(position); }

  void pause() { queue_->restart(0, false); }

  // What takes less time to make than to wait for is made here, where `producer` says that it may be; and a consumer
  // that comes back at once wakes nobody for it. Throws WorkersTimeout.
  Result take(Producer& producer) { return queue_->take(producer); }

 private:
  class Queue;

  void end() {
    bool const hanging = !queue_->stop();
    for (auto& thread : threads_) {
      if (hanging)
        thread.detach();  // what it works with is its own as well
      else
        thread.join();
    }
  }

  std::shared_ptr<Queue> queue_;
  std::vector<std::thread> threads_;
};

// What consumer and threads share. A thread that hangs keeps it alive.
template <class Make>
class OrderedWorkers<Make>::Queue {
 public:
  Queue(WorkersOptions const& options, Make make)
      : make_(std::move(make)),
        first_(options.first),
        timeout_(options.timeout),
        slots_(options.capacity),
        stale_(options.capacity),
        reached_(options.capacity),
        threads_(options.workers) {}

  // All threads have done what they do first; what the one with the lowest number threw there, or that the time for it
  // is over.
  std::exception_ptr initialised(WorkersOptions const& options) {
    if (!options.first) return nullptr;
    std::unique_lock lock(mutex_);
    auto const all = [&] { return initialised_ == options.workers; };
    if (timeout_.count() <= 0) {
      ready_.wait(lock, all);
    } else if (!ready_.wait_for(lock, timeout_, all)) {
      gave_up_ = true;
      return std::make_exception_ptr(WorkersTimeout{});
    }
    return init_error_;
  }

  // Whether all threads have come to their end, for which there is as much time as for a result.
  bool stop() {
    std::unique_lock lock(mutex_);
    stop_ = true;
    ++generation_;
    wake_.notify_all();
    if (timeout_.count() <= 0) return true;  // joining waits for them
    return !gave_up_ && ready_.wait_for(lock, timeout_, [this] { return threads_ == 0; });
  }

  void seek(std::uint64_t position) {
    {
      std::lock_guard lock(mutex_);
      if (running_ && head_ == position) return;
    }
    restart(position, true);
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

  Result take(Producer& producer) {
    Slot slot;
    bool alone = false;
    auto const entered = now();
    {
      std::unique_lock lock(mutex_);
      Slot& head = slots_[head_ % slots_.size()];
      while (!head.filled) {
        if (quick_ && next_ - head_ < slots_.size())
          make_next(producer, lock);
        else
          wait_for(head, lock);
      }
      slot = std::exchange(head, Slot{});
      ++head_;
      alone = quick_ && entered - left_ < wake_up;
    }
    if (!alone) wake_.notify_one();
    left_ = now();
    if (slot.error) std::rethrow_exception(std::move(slot.error));
    return std::move(*slot.result);
  }

  void work(int number) {
    struct Leave {
      Queue& queue;
      ~Leave() {
        std::lock_guard lock(queue.mutex_);
        if (--queue.threads_ == 0) queue.ready_.notify_one();
      }
    } const leave{*this};
    if (first_) initialise(number);
    auto producer = make_();
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stop_ || has_work(); });
      if (stop_) return;
      make_next(producer, lock);
    }
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
  static Clock::time_point now() { return Producer::helps ? Clock::now() : Clock::time_point(); }

  void initialise(int number) {
    std::exception_ptr failed;
    try {
      first_(number);
    } catch (...) {
      failed = std::current_exception();
    }
    std::lock_guard lock(mutex_);
    ++initialised_;
    if (failed && (!init_error_ || number < failed_init_)) init_error_ = std::move(failed), failed_init_ = number;
    ready_.notify_one();
  }

  bool has_work() const { return running_ && next_ - head_ < slots_.size(); }

  void wait_for(Slot const& head, std::unique_lock<std::mutex>& lock) {
    if (timeout_.count() <= 0) return ready_.wait(lock);
    if (ready_.wait_for(lock, timeout_, [&] { return head.filled; })) return;
    gave_up_ = true;
    throw WorkersTimeout{head_ < next_ ? reached_[head_ % slots_.size()].load() : -1};
  }

  // The lock is held before and after, not while the result is made.
  void make_next(Producer& producer, std::unique_lock<std::mutex>& lock) {
    std::unique_lock<std::mutex> reading;
    if constexpr (Producer::reads_in_order) {
      // Who gets a number is the one who reads, so that reading goes in the order of the numbers.
      lock.unlock();
      reading = std::unique_lock(reading_);
      lock.lock();
      if (stop_ || !has_work()) return;
    }
    std::uint64_t const position = next_++;
    Cancelled const cancelled(generation_, reached_[position % slots_.size()]);
    lock.unlock();
    auto const start = now();
    Slot made{.filled = true, .result = {}, .error = nullptr};
    produce(made, producer, position, cancelled, reading);
    bool const quick = Producer::helps && now() - start < wake_up;
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
  static void produce(Slot& made, Producer& producer, std::uint64_t position, Cancelled const& cancelled,
                      std::unique_lock<std::mutex>& reading) {
    try {
      if constexpr (Producer::reads_in_order) {
        producer.read(position, cancelled);
        reading.unlock();
      }
      made.result = producer(position, cancelled);
    } catch (...) {
      made.error = std::current_exception();
    }
  }

  Make make_;
  std::function<void(int)> const first_;
  std::chrono::duration<double> const timeout_;
  std::mutex mutex_;
  std::mutex reading_;                              // of who reads; taken before mutex_
  std::condition_variable wake_;                    // for the threads: there is room, or an end
  std::condition_variable ready_;                   // for the consumer: the head is filled, or the last thread has left
  std::vector<Slot> slots_;                         // a ring: position p lies in slot p % capacity
  Clock::time_point left_;                          // the consumer's: when it last got a result
  std::vector<Slot> stale_;                         // the consumer's: empty, and swapped in when slots_ is thrown away
  std::vector<std::atomic<std::int64_t>> reached_;  // for each slot: the item that is being made for it
  std::uint64_t head_ = 0;                          // the next position to be taken
  std::uint64_t next_ = 0;                          // the next position to be made
  bool quick_ = false;                              // whether the latest result took less time than a wake-up
  bool running_ = false;
  bool stop_ = false;
  int initialised_ = 0, failed_init_ = 0;  // threads that have, and the lowest number of those that failed
  std::exception_ptr init_error_;
  bool gave_up_ = false;                       // a result did not come in time
  int threads_;                                // that have not left
  std::atomic<std::uint64_t> generation_ = 0;  // changed under the mutex, asked without it
};

}  // namespace fastxx::detail
