#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>

#include <any>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// Streams of one epoch: items have their own index, what else draws starts where no index can be.
inline constexpr std::uint64_t batch_stream = 1ULL << 63;
inline constexpr std::uint64_t order_stream = 1ULL << 62;
inline constexpr std::uint64_t whole_stream = batch_stream | order_stream;

}  // namespace detail

/// What an epoch reads: the dataset indices of each of its batches, and anything else the items of this epoch need.
/// Made once, then constant and shared by all workers.
///
/// Errors:  data_error [plan.batch] for a batch without items; state_error [plan.get]
/// Source:  own design, in place of fastai's DataLoader.get_idxs, shuffle_fn and create_batches (features M-36)
/// Example: examples/doc/loader.cpp
class EpochPlan {
 public:
  /// An order, in batches of one size; the last one is shorter, or left out.
  EpochPlan(std::vector<std::int64_t> order, std::int64_t batch_size, bool drop_last);

  /// Batches of any sizes.
  explicit EpochPlan(std::vector<std::vector<std::int64_t>> const& batches);

  std::size_t size() const { return ends_.size(); }  ///< batches
  std::vector<std::int64_t> const& order() const { return order_; }

  std::span<std::int64_t const> batch(std::size_t number) const;

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

/// No items at all: the validation loader of a training without validation.
///
/// Source:  own design
/// Example: examples/doc/learner.cpp
struct NoItemsPlan {
  std::vector<std::int64_t> plan(std::int64_t, Random&) const { return {}; }
};

/// How a loader plans its epochs: any struct with a const member `plan(std::int64_t epoch, Random& random)`, or one that
/// takes a PlannedEpoch in its place, which gives an order (std::vector<std::int64_t>, cut into batches of the loader's
/// size) or an EpochPlan. The stream depends on seed and epoch alone. Each epoch must have as many batches as the first.
///
/// Without one the order is the dataset's, or a new permutation each epoch when the loader shuffles.
/// Errors:  data_error [plan.memory] with the bytes that the order of so many items takes
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
    may_be_empty_ = std::same_as<Maker, NoItemsPlan>;
  }

  EpochPlan operator()(PlannedEpoch const& epoch, Random& random) const;

  /// Whether somebody planned, or the order is the loader's own.
  bool given() const { return static_cast<bool>(make_); }

  /// Whether an epoch without a batch is meant, not a mistake.
  bool may_be_empty() const { return may_be_empty_; }

 private:
  static EpochPlan finished(std::vector<std::int64_t> order, PlannedEpoch const& epoch);
  static EpochPlan finished(EpochPlan plan, PlannedEpoch const&) { return plan; }

  std::function<EpochPlan(PlannedEpoch const&, Random&)> make_;
  bool may_be_empty_ = false;
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

  std::vector<std::int64_t> plan(PlannedEpoch const& epoch, Random& random) const;
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

// The first item whose running sum of weights is above `drawn`. A fraction below 1 times the sum may be rounded up to
// the sum: then it is the last item that weighs anything.
std::int64_t weighted_choice(std::vector<double> const& sums, double drawn);

}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/plan.ipp>
#endif
