#pragma once

#include <algorithm>
#include <any>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What an epoch reads: the dataset indices of each of its batches, and anything else the items of this epoch need.
/// Made once, then constant and shared by all workers.
///
/// Errors:  data_error [plan.batch] for a batch without items; state_error [plan.get]
/// Source:  own design, in place of fastai's DataLoader.get_idxs, shuffle_fn and create_batches (features M-36)
/// Example: examples/doc/loader.cpp
class EpochPlan {
 public:
  /// An order, in batches of one size; the last one is shorter, or left out.
  EpochPlan(std::vector<std::int64_t> order, std::int64_t batch_size, bool drop_last) : order_(std::move(order)) {
    auto const size = static_cast<std::size_t>(batch_size);
    for (std::size_t end = size; end <= order_.size(); end += size) ends_.push_back(end);
    if (!drop_last && order_.size() % size != 0) ends_.push_back(order_.size());
  }

  /// Batches of any sizes.
  explicit EpochPlan(std::vector<std::vector<std::int64_t>> const& batches) {
    for (auto const& batch : batches) {
      if (batch.empty())
        throw data_error("plan.batch", {.call = "EpochPlan",
                                        .expected = "batches with at least one item",
                                        .got = "none in batch " + std::to_string(ends_.size()),
                                        .fix = "leave the empty batch out"});
      order_.insert(order_.end(), batch.begin(), batch.end());
      ends_.push_back(order_.size());
    }
  }

  std::size_t size() const { return ends_.size(); }  ///< batches
  std::vector<std::int64_t> const& order() const { return order_; }

  std::span<std::int64_t const> batch(std::size_t number) const {
    std::size_t const first = number == 0 ? 0 : ends_[number - 1];
    return {order_.data() + first, ends_[number] - first};
  }

  /// The plan with something the items need: a dataset whose `item(index, context, plan)` takes the plan gets it back.
  template <class Extra>
  EpochPlan with(Extra extra) && {
    extra_ = std::move(extra);
    return std::move(*this);
  }
  template <class Extra>
  Extra const& get() const {
    if (auto const* extra = std::any_cast<Extra>(&extra_)) return *extra;
    throw state_error("plan.get", {.call = "EpochPlan::get",
                                   .expected = type_name<Extra>(),
                                   .got = extra_.has_value() ? "something else" : "a plan without extra data",
                                   .fix = "give the loader the plan this dataset is made for"});
  }

 private:
  std::vector<std::int64_t> order_;
  std::vector<std::size_t> ends_;  // of the batches within order_
  std::any extra_;
};

/// What a loader wants a plan for; where only the number of the epoch matters, it is that number.
struct PlannedEpoch {
  std::int64_t number = 0;
  std::int64_t items = 0;  ///< in the dataset
  std::int64_t batch_size = 1;
  bool shuffle = false;
  bool drop_last = false;
  operator std::int64_t() const { return number; }
};

/// How a loader plans its epochs: any struct with a const member `plan(std::int64_t epoch, Random& random)`, or one that
/// takes a PlannedEpoch in its place, which gives an order (std::vector<std::int64_t>, cut into batches of the loader's
/// size) or an EpochPlan. The stream depends on seed and epoch alone. Each epoch must have as many batches as the first.
///
/// Without one the order is the dataset's, or a new permutation each epoch when the loader shuffles.
/// Source:  own design
/// Example: examples/doc/loader.cpp
class LoaderPlan {
 public:
  LoaderPlan() = default;

  template <class Maker>
  requires(!std::same_as<Maker, LoaderPlan>) LoaderPlan(Maker maker) {
    constexpr bool makes_plan = requires(PlannedEpoch const& epoch, Random& random) {
      finished(std::as_const(maker).plan(epoch, random), epoch);
    };
    static_assert(
        makes_plan,
        "fastxx::LoaderPlan(maker): 'maker' needs a const member plan(std::int64_t epoch, Random& random) that "
        "returns a std::vector<std::int64_t> of dataset indices, or an EpochPlan");
    if constexpr (makes_plan)
      make_ = [maker = std::move(maker)](PlannedEpoch const& epoch, Random& random) {
        return finished(maker.plan(epoch, random), epoch);
      };
  }

  EpochPlan operator()(PlannedEpoch const& epoch, Random& random) const {
    if (make_) return make_(epoch, random);
    if (epoch.shuffle) return finished(random.permutation(epoch.items), epoch);
    std::vector<std::int64_t> order(static_cast<std::size_t>(epoch.items));
    std::iota(order.begin(), order.end(), 0);
    return finished(std::move(order), epoch);
  }

 private:
  static EpochPlan finished(std::vector<std::int64_t> order, PlannedEpoch const& epoch) {
    return EpochPlan(std::move(order), epoch.batch_size, epoch.drop_last);
  }
  static EpochPlan finished(EpochPlan plan, PlannedEpoch const&) { return plan; }

  std::function<EpochPlan(PlannedEpoch const&, Random&)> make_;
};

/// Batches of items of about one length: all by falling length, or, when the loader shuffles, sorted within random
/// groups of 50 batches, the batch with the longest item first (what does not fit into memory shows at once), the last
/// one last, the others in random order.
///
/// Errors:  data_error [plan.lengths] unless there is one length per item
/// Source:  fastai 2.7.18 text/data.py SortedDL
/// Example: examples/doc/loader.cpp
struct SortedPlan {
  std::vector<std::int64_t> lengths;

  std::vector<std::int64_t> plan(PlannedEpoch const& epoch, Random& random) const;
};

/// Items drawn with replacement, in proportion to their weights: as many as the dataset has, or `n`.
///
/// Errors:  data_error [plan.weights] unless there is one weight of 0 or more per item, and one above 0
/// Source:  fastai 2.7.18 callback/data.py WeightedDL; differs: draws whether or not the loader shuffles
struct WeightedPlan {
  std::vector<double> weights;
  std::int64_t n = 0;  ///< 0: as many as there are items

  std::vector<std::int64_t> plan(PlannedEpoch const& epoch, Random& random) const;
};

/// `n` other items each epoch (all, when there are fewer), none twice.
///
/// Source:  fastai 2.7.18 callback/data.py PartialDL
struct PartialPlan {
  std::int64_t n = 0;

  std::vector<std::int64_t> plan(PlannedEpoch const& epoch, Random& random) const {
    auto order = random.permutation(epoch.items);
    order.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, epoch.items)));
    return order;
  }
};

/// The part of one of several processes: its slice of the order of `of`, which all ranks plan with the same seed. Slices
/// have one length, so ranks have equally many batches; where items do not divide, the first ones come once more.
///
/// Errors:  data_error [plan.rank] unless 0 <= rank < size
/// Source:  fastai 2.7.18 distributed.py DistributedDL.get_idxs; differs: planned by each rank, not broadcast
struct ShardPlan {
  std::int64_t rank = 0;
  std::int64_t size = 1;
  LoaderPlan of = {};

  std::vector<std::int64_t> plan(PlannedEpoch const& epoch, Random& random) const;
};

namespace detail {

inline void require_one_per_item(char const* key, char const* call, std::size_t got, std::int64_t items) {
  if (static_cast<std::int64_t>(got) != items)
    throw data_error(key, {.call = call,
                           .expected = "one for each of the " + std::to_string(items) + " items of the dataset",
                           .got = std::to_string(got),
                           .fix = "count them over the loader's own subset"});
}

// The first item whose running sum of weights is above `drawn`. A fraction below 1 times the sum may be rounded up to
// the sum: then it is the last item that weighs anything.
inline std::int64_t weighted_choice(std::vector<double> const& sums, double drawn) {
  auto found = std::upper_bound(sums.begin(), sums.end(), drawn);
  if (found == sums.end()) found = std::lower_bound(sums.begin(), sums.end(), sums.back());
  return found - sums.begin();
}

// The batches between the first and the last change places.
inline std::vector<std::int64_t> shuffle_middle(std::vector<std::int64_t> const& order, std::size_t size,
                                                Random& random) {
  std::size_t const batches = (order.size() + size - 1) / size;
  if (batches <= 3) return order;
  std::vector<std::int64_t> shuffled(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(size));
  for (auto middle : random.permutation(static_cast<std::int64_t>(batches - 2))) {
    auto const first = order.begin() + static_cast<std::ptrdiff_t>((static_cast<std::size_t>(middle) + 1) * size);
    shuffled.insert(shuffled.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  shuffled.insert(shuffled.end(), order.begin() + static_cast<std::ptrdiff_t>((batches - 1) * size), order.end());
  return shuffled;
}

}  // namespace detail

inline std::vector<std::int64_t> SortedPlan::plan(PlannedEpoch const& epoch, Random& random) const {
  detail::require_one_per_item("plan.lengths", "SortedPlan", lengths.size(), epoch.items);
  auto const longer = [this](std::int64_t a, std::int64_t b) {
    return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
  };
  std::vector<std::int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  if (!epoch.shuffle) {
    std::stable_sort(order.begin(), order.end(), longer);
    return order;
  }
  order = random.permutation(epoch.items);
  std::iter_swap(order.begin(), std::min_element(order.begin(), order.end(), longer));
  auto const size = static_cast<std::size_t>(epoch.batch_size);
  for (std::size_t first = 0; first < order.size(); first += 50 * size) {
    std::size_t const last = std::min(first + 50 * size, order.size());
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(first),
                     order.begin() + static_cast<std::ptrdiff_t>(last), longer);
  }
  return detail::shuffle_middle(order, size, random);
}

inline std::vector<std::int64_t> WeightedPlan::plan(PlannedEpoch const& epoch, Random& random) const {
  detail::require_one_per_item("plan.weights", "WeightedPlan", weights.size(), epoch.items);
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  bool const valid = std::all_of(weights.begin(), weights.end(), [](double weight) { return weight >= 0; });
  if (!valid || !(sums.back() > 0))
    throw data_error("plan.weights", {.call = "WeightedPlan",
                                      .expected = "weights of 0 or more, at least one above 0",
                                      .got = valid ? "none above 0" : "a negative one, or one that is no number",
                                      .fix = "weigh an item by how often it shall come"});
  std::vector<std::int64_t> order(static_cast<std::size_t>(n > 0 ? n : epoch.items));
  for (auto& index : order) index = detail::weighted_choice(sums, random.uniform() * sums.back());
  return order;
}

inline std::vector<std::int64_t> ShardPlan::plan(PlannedEpoch const& epoch, Random& random) const {
  if (rank < 0 || rank >= size)
    throw data_error("plan.rank", {.call = "ShardPlan",
                                   .expected = "a rank of 0 or more, below the number of processes",
                                   .got = "rank " + std::to_string(rank) + " of " + std::to_string(size),
                                   .fix = "ranks are counted from 0"});
  auto const all = of(epoch, random).order();
  std::size_t const each = (all.size() + static_cast<std::size_t>(size) - 1) / static_cast<std::size_t>(size);
  std::vector<std::int64_t> slice(each);
  for (std::size_t i = 0; i < each; ++i) slice[i] = all[(static_cast<std::size_t>(rank) * each + i) % all.size()];
  return slice;
}

}  // namespace fastxx
