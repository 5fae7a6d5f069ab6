#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/mid/data/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Datasets whose items come one after another: `open(epoch) const`.
template <class Dataset>
concept IterableItems = requires(Dataset const& dataset, std::int64_t epoch) {
  dataset.open(epoch);
};

// What open() gave, item by item: a function that gives an optional item, or a range.
template <class Opened>
class OpenedItems {
 public:
  using Item = std::ranges::range_value_t<Opened>;
  explicit OpenedItems(Opened opened) : items_(std::move(opened)), next_(std::ranges::begin(items_)) {}
  OpenedItems(OpenedItems const&) = delete;  // next_ is a place in items_

  std::optional<Item> operator()() {
    if (begun_ && next_ != std::ranges::end(items_)) ++next_;  // not before somebody asks: a pipe would wait
    begun_ = true;
    if (next_ == std::ranges::end(items_)) return std::nullopt;
    return std::optional<Item>(*next_);
  }

 private:
  Opened items_;
  std::ranges::iterator_t<Opened> next_;
  bool begun_ = false;
};
template <class Opened>
concept GivesOptional = requires(Opened& opened) {
  opened().has_value();
  *opened();
};
template <class Opened>
concept GivesItems = GivesOptional<Opened> || std::ranges::input_range<Opened>;
template <GivesOptional Opened>
class OpenedItems<Opened> {
 public:
  using Item = std::decay_t<decltype(*std::declval<Opened&>()())>;
  explicit OpenedItems(Opened opened) : next_(std::move(opened)) {}
  std::optional<Item> operator()() { return next_(); }

 private:
  Opened next_;
};

[[noreturn]] void refuse_short_stream(std::size_t wanted, std::size_t got, std::int64_t epoch);
void check_iterable(std::int64_t size, std::int64_t shuffle_buffer);
[[noreturn]] void throw_stream_error(std::size_t item, std::int64_t epoch);

inline constexpr std::int64_t default_shuffle_buffer = 1000;
template <class Dataset>
std::size_t shuffle_buffer_of(Dataset const& dataset) {
  if constexpr (requires { dataset.shuffle_buffer(); })
    return static_cast<std::size_t>(dataset.shuffle_buffer());
  else
    return static_cast<std::size_t>(default_shuffle_buffer);
}

// A place in the items of an epoch. Whoever shuffles draws from a buffer that is filled up again, so that one seed gives
// one order.
template <class Dataset>
class ItemCursor {
  using Opened = OpenedItems<decltype(std::declval<Dataset const&>().open(0))>;

 public:
  using Item = typename Opened::Item;

  // Go to an item of an epoch: backwards, or in another epoch, from its beginning on.
  template <class Source, class Cancelled>
  void seek(Source const& source, std::int64_t epoch, std::size_t index, Cancelled const& cancelled) {
    if (!opened_ || epoch != epoch_ || index < index_) open(source, epoch);
    while (index_ < index && !cancelled(static_cast<std::int64_t>(index_))) (void)next(source);
  }

  // The next item, and its place in the stream.
  struct Read {
    std::size_t place = 0;
    Item item;
  };
  template <class Source>
  Read next(Source const& source) {
    std::optional<Read> item;
    try {
      item = source.shuffle ? drawn(shuffle_buffer_of(*source.dataset), source.items) : read();
    } catch (...) {
      opened_.reset();  // nobody knows where it stands
      throw_stream_error(place_, epoch_);
    }
    if (!item) {
      opened_.reset();
      refuse_short_stream(source.items, index_, epoch_);
    }
    ++index_;
    return std::move(*item);
  }

 private:
  template <class Source>
  void open(Source const& source, std::int64_t epoch) {
    buffer_.clear();
    opened_.reset();
    ended_ = false;
    index_ = place_ = 0;
    epoch_ = epoch;
    random_ = Random::of(source.seed, static_cast<std::uint64_t>(epoch), order_stream);
    try {
      opened_ = std::make_unique<Opened>(source.dataset->open(epoch));
    } catch (...) {
      throw_stream_error(0, epoch);
    }
  }

  std::optional<Read> read() {
    auto item = (*opened_)();
    if (!item) return std::nullopt;
    return Read{place_++, std::move(*item)};
  }

  std::optional<Read> drawn(std::size_t size, std::size_t items) {
    while (!ended_ && buffer_.size() < size && place_ < items) {
      if (auto item = read())
        buffer_.push_back(std::move(*item));
      else
        ended_ = true;
    }
    if (buffer_.empty()) return std::nullopt;
    auto const chosen = static_cast<std::size_t>(random_.below(buffer_.size()));
    std::swap(buffer_[chosen], buffer_.back());
    std::optional<Read> item(std::move(buffer_.back()));
    buffer_.pop_back();
    return item;
  }

  std::unique_ptr<Opened> opened_;
  std::vector<Read> buffer_;
  bool ended_ = false;  // nothing comes into the buffer any more
  Random random_{0};
  std::int64_t epoch_ = -1;
  std::size_t index_ = 0;  // of the next item in the order of the epoch
  std::size_t place_ = 0;  // of the next item in the stream
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/data/detail/item_cursor.ipp>
#endif
