#pragma once

#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/data/stream.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// A loader of somebody else's, with what it cannot say about itself: `foreign(*torch_loader, {.n_batches = 100})`. The
/// loader is referred to, not copied.
///
/// Source:  own design
/// Example: examples/doc/training.cpp
template <class Range>
class ForeignLoader {
 public:
  ForeignLoader(Range& range, StreamOptions const& options) : range_(&range), options_(options) {}
  auto stream() const { return make_stream(range_, options_); }
  StreamOptions const& options() const { return options_; }

 private:
  Range* range_;
  StreamOptions options_;
};

template <class Range>
ForeignLoader<Range> foreign(Range& range, StreamOptions const& options = {}) {
  return {range, options};
}

namespace detail {
template <class Loader>
using stream_batch_t = typename decltype(stream_over(std::declval<Loader&>()))::element_type::batch_type;
}  // namespace detail

/// Training and validation loaders of two kinds whose batches have the same types: a DataLoader, a data loader of
/// libtorch, a vector of batches. They take the place of DataLoaders in a Learner: `Learner(loaders_of(a, b), ...)`.
///
/// Errors:  state_error [stream.seek] for what only our own DataLoader can do: beginning inside an epoch
/// Source:  fastai 2.7.18 data/core.py DataLoaders, which takes any loaders (features P-05)
/// Example: examples/doc/training.cpp
template <std::size_t NInp, class Train, class Valid>
class MixedLoaders : public ClassNames {
 public:
  using batch_type = detail::stream_batch_t<Train>;
  static_assert(std::is_same_v<batch_type, detail::stream_batch_t<Valid>>,
                "fastxx::loaders_of(train, valid): the batches of the two loaders must have the same types");
  static constexpr std::size_t n_inp = NInp;

  MixedLoaders(Train train, Valid valid) : train_(std::move(train)), valid_(std::move(valid)) {}

  Train& train() { return train_; }
  Valid& valid() { return valid_; }
  Train const& train() const { return train_; }
  Valid const& valid() const { return valid_; }

  /// The names of the classes: those given to set_class_names, else what the training dataset knows.
  std::vector<std::string> class_names() const { return class_names_of(train_); }

 private:
  Train train_;
  Valid valid_;
};

/// See MixedLoaders; all elements of a batch but the last are inputs. `loaders_of(train)` trains without validation.
template <class Train, class Valid>
auto loaders_of(Train train, Valid valid) {
  constexpr std::size_t n_inp = detail::n_inputs<std::tuple<>, detail::stream_batch_t<Train>>();
  return MixedLoaders<n_inp, Train, Valid>(std::move(train), std::move(valid));
}
template <class Train>
auto loaders_of(Train train) {
  return loaders_of(std::move(train), std::vector<detail::stream_batch_t<Train>>());
}
/// The same with a number of inputs: `loaders_of<1>(train, valid)`.
template <std::size_t NInp, class Train, class Valid>
auto loaders_of(Train train, Valid valid) {
  return MixedLoaders<NInp, Train, Valid>(std::move(train), std::move(valid));
}
template <std::size_t NInp, class Train>
auto loaders_of(Train train) {
  return loaders_of<NInp>(std::move(train), std::vector<detail::stream_batch_t<Train>>());
}

}  // namespace fastxx
