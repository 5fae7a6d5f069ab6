#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/stream.hpp>
#include <fastxx/mid/train/epoch_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The batches of a phase, one after the other, whatever loader they come from: what the training loop reads. One
/// virtual call a batch. `Xb` and `Yb` are tuples of inputs and targets.
///
/// Source:  own design
/// Example: examples/doc/training.cpp
template <class Xb, class Yb>
class BatchReader : public EpochReader {
 public:
  /// The next batch, or false at the end; without targets `has_targets` is false and `yb` is left alone.
  virtual bool next(Xb& xb, Yb& yb, bool& has_targets) = 0;
};

namespace detail {

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

std::string loader_text(std::int64_t batches, std::size_t items, std::int64_t batch_size, bool shuffle,
                        std::uint64_t seed);
std::string loader_text(std::int64_t batches);

// Reads the stream of a loader's batches and cuts each into inputs and targets.
template <class Loader, class Xb, class Yb>
class LoaderReader final : public BatchReader<Xb, Yb> {
  using Stream = decltype(stream_over(std::declval<Loader&>()));
  using Batch = typename Stream::element_type::batch_type;
  using Tuple = batch_tuple_t<Batch>;
  static constexpr std::size_t n_inp = std::tuple_size_v<Xb>;
  static constexpr bool whole = std::tuple_size_v<Tuple> == n_inp + std::tuple_size_v<Yb>;
  static constexpr bool with_targets = whole && (std::tuple_size_v<Yb>) > 0;
  static_assert(whole || std::tuple_size_v<Tuple> == n_inp,
                "fastxx::Learner: this loader's batches have another number of elements than those the Learner was "
                "made with; give a loader of the same inputs and targets, or of the inputs alone");

 public:
  explicit LoaderReader(Loader& loader) : loader_(loader), stream_(stream_over(loader)) {}

  std::int64_t size() const override { return stream_->size(); }
  std::optional<at::Device> device() const override { return stream_->device(); }
  void start(std::int64_t batch) override {
    running_ = epoch();
    stream_->start(running_, batch);
  }
  bool can_seek() const override { return stream_->can_seek(); }
  SkippedItems const* skipped() const override { return stream_->skipped(); }
  bool shuffled() const override {
    if constexpr (requires { bool{loader_.options().shuffle}; })
      return loader_.options().shuffle;
    else
      return false;
  }
  bool next(Xb& xb, Yb& yb, bool& has_targets) override {
    Batch* const batch = stream_->next();
    if (!batch) return false;
    Tuple all = batch_tuple(std::move(*batch));
    SubTuple<Tuple, 0, std::make_index_sequence<n_inp>>::take(all, xb);
    if constexpr (with_targets) SubTuple<Tuple, n_inp, std::make_index_sequence<std::tuple_size_v<Yb>>>::take(all, yb);
    has_targets = with_targets;
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
  std::int64_t running_epoch() const override { return running_; }
  std::string describe() const override {
    if constexpr (requires {
                    loader_text(0, loader_.n_items(), 0, loader_.options().shuffle, loader_.options().seed);
                  }) {
      std::string text = loader_text(size(), loader_.n_items(), loader_.options().batch_size, loader_.options().shuffle,
                                     loader_.options().seed);
      if constexpr (requires { loader_.dataset().fingerprint(); })
        text += ", choice " + std::to_string(loader_.dataset().fingerprint());
      return text;
    } else {
      return loader_text(size());
    }
  }

 private:
  Loader& loader_;
  Stream stream_;
  std::int64_t running_ = 0;
};

// Where a loader's batches go, as far as it says so.
template <class Loader>
std::optional<at::Device> device_of([[maybe_unused]] Loader const& loader) {
  if constexpr (requires { std::optional<at::Device>(loader.options().device); }) return loader.options().device;
  return std::nullopt;
}

template <class Types, class Loader>
using LoaderReaderOf = LoaderReader<std::remove_reference_t<Loader>, typename Types::Xb, typename Types::Yb>;

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/batch.ipp>
#endif
