#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/data/detail/test_items.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// What libtorch calls a map-style dataset, told by its members, so that its headers are not needed here.
template <class Dataset>
concept TorchDataset = requires(Dataset& dataset, std::size_t index) {
  dataset.get(index);
  dataset.size().has_value();
};

[[noreturn]] void refuse_torch_size();

// libtorch's Example is the pair of its parts, without a target its data alone; every other item is itself.
template <class Example>
auto torch_item(Example example) {
  if constexpr (requires {
                  typename Example::DataType;
                  typename Example::TargetType;
                }) {
    using Target = std::decay_t<decltype(example.target)>;
    if constexpr (std::is_empty_v<Target>)
      return std::move(example.data);
    else
      return std::tuple(std::move(example.data), std::move(example.target));
  } else {
    return example;
  }
}

}  // namespace detail

/// A dataset of torch::data as items: its examples become (data, target) tuples. Its get() need not be const: as in
/// libtorch's own loader each thread that reads has a copy of the dataset to itself.
///
/// Errors:  data_error [torch_items.size] for a dataset without a size
/// Source:  own design
/// Example: examples/doc/data_block.cpp
template <class Dataset>
class TorchItems {
 public:
  explicit TorchItems(Dataset dataset) : copies_(std::make_shared<Copies>(std::move(dataset))) {
    auto const size = copies_->original.size();
    if (!size.has_value()) detail::refuse_torch_size();
    size_ = *size;
  }

  std::size_t size() const { return size_; }
  auto operator[](std::size_t index) const {
    auto const copy = take();
    return detail::torch_item(copy->get(index));
  }

 private:
  struct Copies {
    explicit Copies(Dataset dataset) : original(std::move(dataset)) {}
    std::mutex mutex;
    Dataset original;
    std::vector<std::unique_ptr<Dataset>> free;
  };
  struct GiveBack {
    std::shared_ptr<Copies> copies;
    void operator()(Dataset* used) const {
      std::unique_ptr<Dataset> held(used);
      std::lock_guard lock(copies->mutex);
      copies->free.push_back(std::move(held));
    }
  };

  // As many copies as threads have ever read at once.
  std::unique_ptr<Dataset, GiveBack> take() const {
    std::lock_guard lock(copies_->mutex);
    std::unique_ptr<Dataset> copy;
    if (copies_->free.empty()) {
      copy = std::make_unique<Dataset>(copies_->original);
    } else {
      copy = std::move(copies_->free.back());
      copies_->free.pop_back();
    }
    return {copy.release(), GiveBack{copies_}};
  }

  std::shared_ptr<Copies> copies_;
  std::size_t size_ = 0;
};

namespace detail {

// What a sentence has refused.
struct RefusedItems {
  std::size_t size() const { return 0; }
};

// A collection that can be asked for items by number: as it is, or made of a range or of a dataset of torch::data.
template <class Source>
auto as_items(Source source) {
  constexpr bool said = std::is_same_v<Source, RefusedItems>;
  constexpr bool ok = !std::is_convertible_v<Source, std::filesystem::path> &&
                      (said || NumberedItems<Source> || TorchDataset<Source> || std::ranges::input_range<Source>);
  static_assert(ok,
                "fastxx: items must have size() and operator[](index) const, as a std::vector has, or be a range, or a "
                "dataset of torch::data; of a path get_items(get_image_files) makes some");
  if constexpr (!ok || said)
    return RefusedItems();
  else if constexpr (NumberedItems<Source>)
    return source;
  else if constexpr (TorchDataset<Source>)
    return TorchItems<Source>(std::move(source));
  else
    return by_number(std::move(source));
}

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/torch_items.ipp>
#endif
