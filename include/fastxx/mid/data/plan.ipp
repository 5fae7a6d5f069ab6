#pragma once

#include <fastxx/mid/data/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// An order of so many items, or one sentence with the bytes that it takes.
template <class Make>
std::vector<std::int64_t> order_of(std::int64_t items, Make const& make) {
  try {
    return make();
  } catch (std::bad_alloc const&) {
  } catch (std::length_error const&) {  // more than a vector can hold on any machine
  }
  throw data_error(
      "plan.memory",
      {.call = "LoaderPlan",
       .expected = {"memory for the order of ", items, " items: ", static_cast<std::uint64_t>(items) * 8, " bytes"},
       .got = "less",
       .fix = "plan epochs over a part of them: .plan = a struct whose plan(epoch, random) returns the indices of one "
              "epoch"});
}
inline std::vector<std::int64_t> permuted(std::int64_t items, Random& random) {
  return order_of(items, [&] { return random.permutation(items); });
}
inline std::vector<std::int64_t> in_order(std::int64_t items) {
  return order_of(items, [&] {
    std::vector<std::int64_t> order(static_cast<std::size_t>(items));
    std::iota(order.begin(), order.end(), 0);
    return order;
  });
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE EpochPlan::EpochPlan(std::vector<std::int64_t> order, std::int64_t batch_size, bool drop_last)
    : order_(std::move(order)) {
  auto const size = static_cast<std::size_t>(batch_size);
  for (std::size_t end = size; end <= order_.size(); end += size) ends_.push_back(end);
  if (!drop_last && order_.size() % size != 0) ends_.push_back(order_.size());
}

FASTXX_INLINE EpochPlan::EpochPlan(std::vector<std::vector<std::int64_t>> const& batches) {
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

FASTXX_INLINE std::span<std::int64_t const> EpochPlan::batch(std::size_t number) const {
  std::size_t const first = number == 0 ? 0 : ends_[number - 1];
  return {order_.data() + first, ends_[number] - first};
}

FASTXX_INLINE EpochPlan LoaderPlan::operator()(PlannedEpoch const& epoch, Random& random) const {
  if (make_) return make_(epoch, random);
  return finished(epoch.shuffle ? detail::permuted(epoch.items, random) : detail::in_order(epoch.items), epoch);
}

FASTXX_INLINE EpochPlan LoaderPlan::finished(std::vector<std::int64_t> order, PlannedEpoch const& epoch) {
  return EpochPlan(std::move(order), epoch.batch_size, epoch.drop_last);
}

FASTXX_INLINE std::vector<std::int64_t> PartialPlan::plan(PlannedEpoch const& epoch, Random& random) const {
  auto order = detail::permuted(epoch.items, random);
  order.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, epoch.items)));
  return order;
}

}  // namespace fastxx

namespace fastxx::detail {

inline void require_one_per_item(char const* key, char const* call, std::size_t got, std::int64_t items) {
  if (static_cast<std::int64_t>(got) != items)
    throw data_error(key, {.call = call,
                           .expected = "one for each of the " + std::to_string(items) + " items of the dataset",
                           .got = std::to_string(got),
                           .fix = "count them over the loader's own subset"});
}

FASTXX_INLINE std::int64_t weighted_choice(std::vector<double> const& sums, double drawn) {
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

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::vector<std::int64_t> SortedPlan::plan(PlannedEpoch const& epoch, Random& random) const {
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

FASTXX_INLINE std::vector<std::int64_t> WeightedPlan::plan(PlannedEpoch const& epoch, Random& random) const {
  detail::require_one_per_item("plan.weights", "WeightedPlan", weights.size(), epoch.items);
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  bool const valid = std::all_of(weights.begin(), weights.end(), [](double weight) { return weight >= 0; });
  if (!valid || !(sums.back() > 0))
    throw data_error("plan.weights", {.call = "WeightedPlan",
                                      .expected = "weights of 0 or more, at least one above 0",
                                      .got = valid ? "none above 0" : "a negative one, or one that is no number",
                                      .fix = "weigh an item by how often it shall come"});
  std::int64_t const drawn = n > 0 ? n : epoch.items;
  auto order = detail::order_of(drawn, [&] { return std::vector<std::int64_t>(static_cast<std::size_t>(drawn)); });
  for (auto& index : order) index = detail::weighted_choice(sums, random.uniform() * sums.back());
  return order;
}

FASTXX_INLINE std::vector<std::int64_t> ShardPlan::plan(PlannedEpoch const& epoch, Random& random) const {
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
