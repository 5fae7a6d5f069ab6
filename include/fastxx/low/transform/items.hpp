#pragma once

#include <fastxx/low/core/error.hpp>

#include <cstddef>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// What a loop over the items of a collection needs, and the standard library's algorithms and ranges.
template <class Items>
struct ItemIterator {
  using value_type = std::decay_t<decltype(std::declval<Items const&>()[0])>;
  using difference_type = std::ptrdiff_t;
  using reference = decltype(std::declval<Items const&>()[0]);
  using pointer = void;
  using iterator_category = std::input_iterator_tag;  // an item is computed each time it is asked for

  Items const* items = nullptr;
  std::size_t index = 0;

  reference operator*() const { return (*items)[index]; }
  ItemIterator& operator++() {
    ++index;
    return *this;
  }
  ItemIterator operator++(int) { return {items, index++}; }
  friend bool operator==(ItemIterator const&, ItemIterator const&) = default;
};

/// A collection seen through a function: a range with `size()` and `operator[]`, nothing is copied or computed ahead. When
/// the collection knows its training part, `train()` is that part seen through the same function.
///
/// Source:  own design
/// Example: examples/doc/pipeline.cpp
template <class Items, class Function>
class MappedItems {
 public:
  MappedItems(Items const& items, Function function) : items_(items), function_(std::move(function)) {}

  std::size_t size() const { return items_.size(); }
  auto operator[](std::size_t index) const { return function_(items_[index]); }
  auto begin() const { return ItemIterator<MappedItems>{this, 0}; }
  auto end() const { return ItemIterator<MappedItems>{this, size()}; }

  auto train() const requires requires(Items const& items) { items.train(); }
  {
    using Train = std::decay_t<decltype(items_.train())>;
    return Owning<Train>{items_.train(), function_};
  }

 private:
  template <class Part>
  struct Owning {
    Part part;
    Function function;
    std::size_t size() const { return part.size(); }
    auto operator[](std::size_t index) const { return function(part[index]); }
    auto begin() const { return ItemIterator<Owning>{this, 0}; }
    auto end() const { return ItemIterator<Owning>{this, size()}; }
  };

  Items const& items_;
  Function function_;
};

namespace detail {
template <class Items>
void require_items(Items const& items, std::string const& stage) {
  if (items.size() == 0)
    throw data_error("pipeline.setup_empty", {.call = "Pipeline::setup",
                                              .expected = "at least one item for the stage to learn from",
                                              .got = "an empty collection",
                                              .where = "stage " + stage,
                                              .fix = "check the path, the filter or the splitter that made the items"});
}
}  // namespace detail

}  // namespace fastxx
