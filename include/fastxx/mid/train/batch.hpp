#pragma once

#include <cstddef>
#include <cstdint>
#include <fastxx/low/torch/tensor.hpp>
#include <iterator>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The batches of a phase, one after the other, whatever loader they come from: what the training loop reads. One
/// virtual call a batch. `Xb` and `Yb` are tuples of inputs and targets.
///
/// Source:  own design
/// Example: tests/mid/train/streams.cpp
template <class Xb, class Yb>
class BatchReader {
 public:
  virtual ~BatchReader() = default;
  virtual std::int64_t size() const = 0;
  virtual at::Device device() const = 0;
  /// Begin the next epoch.
  virtual void start() = 0;
  /// The next batch, or false at the end; without targets `has_targets` is false and `yb` is left alone.
  virtual bool next(Xb& xb, Yb& yb, bool& has_targets) = 0;
  /// The number of the next epoch, where the loader counts them.
  virtual std::int64_t epoch() const { return 0; }
  virtual void set_epoch(std::int64_t) {}
};

namespace detail {

// Models and losses take plain tensors unless an element is no tensor at all.
template <class X>
decltype(auto) as_model_input(X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>)
    return static_cast<Tensor const&>(x);
  else
    return (x);
}
template <class X>
using model_input_t = std::decay_t<decltype(as_model_input(std::declval<X const&>()))>;

// A batch as a std::tuple; one that is no tuple is its only input.
template <class Batch>
auto batch_tuple(Batch batch) {
  return std::tuple<Batch>(std::move(batch));
}
template <class... Elements>
auto batch_tuple(std::tuple<Elements...> batch) {
  return batch;
}
template <class A, class B>
auto batch_tuple(std::pair<A, B> batch) {
  return std::tuple<A, B>(std::move(batch));
}
template <class Batch>
using batch_tuple_t = decltype(batch_tuple(std::declval<Batch>()));

template <class Tuple, std::size_t First, class Indices>
struct SubTuple;
template <class Tuple, std::size_t First, std::size_t... I>
struct SubTuple<Tuple, First, std::index_sequence<I...>> {
  using type = std::tuple<std::tuple_element_t<First + I, Tuple>...>;
  static void take(Tuple& from, type& to) { ((std::get<I>(to) = std::move(std::get<First + I>(from))), ...); }
};

// The first NInp elements of a batch are inputs, the rest are targets.
template <class Batch, std::size_t NInp>
struct BatchSplit {
  using Tuple = batch_tuple_t<Batch>;
  static constexpr std::size_t n_targets = std::tuple_size_v<Tuple> - NInp;
  using Inputs = SubTuple<Tuple, 0, std::make_index_sequence<NInp>>;
  using Targets = SubTuple<Tuple, NInp, std::make_index_sequence<n_targets>>;
  using Xb = typename Inputs::type;
  using Yb = typename Targets::type;
};

// The tensors among the elements, as plain tensors.
template <class Tuple>
std::vector<Tensor> tensors_of(Tuple const& tuple) {
  std::vector<Tensor> found;
  auto add = [&found](auto const& element) {
    if constexpr (std::is_base_of_v<Tensor, std::decay_t<decltype(element)>>) found.push_back(element);
  };
  std::apply([&](auto const&... element) { (add(element), ...); }, tuple);
  return found;
}

// The number of items in a batch: the length of its first element.
template <class Tuple>
std::int64_t items_in(Tuple const& tuple) {
  if constexpr (std::tuple_size_v < Tuple >> 0) {
    auto const& first = std::get<0>(tuple);
    if constexpr (std::is_base_of_v<Tensor, std::decay_t<decltype(first)>>)
      return first.defined() && first.dim() > 0 ? first.size(0) : 0;
    else if constexpr (requires { first.size(); })
      return static_cast<std::int64_t>(first.size());
    else
      return 1;
  } else {
    return 0;
  }
}

template <class Loader>
at::Device device_of(Loader const& loader) {
  if constexpr (requires { loader.options().device; })
    return loader.options().device;
  else
    return at::kCPU;
}

// Reads any range of batches that knows its size. What can be read only once may be moved from.
template <class Loader, class Xb, class Yb>
class LoaderReader final : public BatchReader<Xb, Yb> {
  using Iterator = decltype(std::declval<Loader&>().begin());
  using Tuple = batch_tuple_t<std::decay_t<decltype(*std::declval<Iterator&>())>>;
  static constexpr std::size_t n_inp = std::tuple_size_v<Xb>;
  static constexpr bool with_targets = std::tuple_size_v<Tuple> == n_inp + std::tuple_size_v<Yb>;
  static_assert(with_targets || std::tuple_size_v<Tuple> == n_inp,
                "fastxx::Learner: this loader's batches have another number of elements than those the Learner was "
                "made with; give a loader of the same inputs and targets, or of the inputs alone");

 public:
  explicit LoaderReader(Loader& loader) : loader_(loader) {}

  std::int64_t size() const override { return static_cast<std::int64_t>(loader_.size()); }
  at::Device device() const override { return device_of(loader_); }
  void start() override { at_.reset(), started_ = false; }
  bool next(Xb& xb, Yb& yb, bool& has_targets) override {
    if (!started_)
      at_.emplace(loader_.begin());
    else
      ++*at_;
    started_ = true;
    if (*at_ == loader_.end()) return at_.reset(), false;
    Tuple batch = take();
    SubTuple<Tuple, 0, std::make_index_sequence<n_inp>>::take(batch, xb);
    if constexpr (with_targets && std::tuple_size_v < Yb >> 0)
      SubTuple<Tuple, n_inp, std::make_index_sequence<std::tuple_size_v<Yb>>>::take(batch, yb);
    has_targets = with_targets && std::tuple_size_v < Yb >> 0;
    return true;
  }
  std::int64_t epoch() const override {
    if constexpr (requires { loader_.epoch(); })
      return loader_.epoch();
    else
      return 0;
  }
  void set_epoch([[maybe_unused]] std::int64_t epoch) override {
    if constexpr (requires { loader_.set_epoch(epoch); }) loader_.set_epoch(epoch);
  }

 private:
  Tuple take() {
    if constexpr (std::forward_iterator<Iterator>)
      return batch_tuple(**at_);
    else
      return batch_tuple(std::move(**at_));
  }

  Loader& loader_;
  std::optional<Iterator> at_;
  bool started_ = false;
};

template <class Types, class Loader>
using LoaderReaderOf = LoaderReader<std::remove_reference_t<Loader>, typename Types::Xb, typename Types::Yb>;

}  // namespace detail
}  // namespace fastxx
