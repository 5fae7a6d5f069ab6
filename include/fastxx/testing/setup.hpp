#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/transform/transform.hpp>
#include <fastxx/testing/compare.hpp>
#include <fastxx/testing/report.hpp>
#include <fastxx/testing/transform.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::testing {

namespace detail {

// No items of the right type; reading one is an error that can be caught.
template <class Item>
struct NoItems {
  using value_type = Item;
  std::size_t size() const { return 0; }
  bool empty() const { return true; }
  Item const* begin() const { return nullptr; }
  Item const* end() const { return nullptr; }
  Item operator[](std::size_t) const {
    throw data_error("testing.no_items", {.call = "setups", .expected = "no item to be read", .got = "one read"});
  }
};

template <class T, class Items>
void learns_alike(Report& report, T const& transform, Items const& items, LawOptions const& options) {
  expect_none(report, "it learns something else when it is set up on the same items again", [&] {
    T first = transform, second = transform;
    setup(first, items);
    setup(second, items);
    Random random(options.seed), again(options.seed);
    auto const item = items[0];
    return difference(encode(second, deep_copy(item), {.split_idx = Split::train, .random = &again}),
                      encode(first, deep_copy(item), {.split_idx = Split::train, .random = &random}), exact);
  });
}

template <class Item, class T>
void refuses_nothing(Report& report, T transform) {
  if constexpr (requires { transform.setups(NoItems<Item>{}); }) {
    try {
      transform.setups(NoItems<Item>{});
    } catch (std::exception const&) {
      return;
    }
    report.broken.push_back("setups() learns from an empty collection: throw, as there is nothing to learn");
  }
}

}  // namespace detail

/// Check a transform that learns from data: setups() takes the items, leaves them unchanged, learns the same from the
/// same, refuses an empty collection, and what it has learnt is saved; then check_transform() on the first item.
///
/// `items` needs size() and operator[], and at least one item.
/// Source:  fastcore 1.7.28 transform.py Transform.setup for the laws
/// Example: examples/doc/laws.cpp
template <class T, class Items>
Report check_setup(T transform, Items const& items, LawOptions const& options = {}) {
  using Item = std::decay_t<decltype(items[0])>;
  Report report{.subject = type_name<T>()};
  if constexpr (!requires { transform.setups(items); }) {
    report.broken.push_back("it has no setups() that takes " + type_name<Items>());
  } else {
    std::vector<Item> before;
    for (std::size_t i = 0; i < items.size(); ++i) before.push_back(detail::deep_copy(Item(items[i])));
    detail::refuses_nothing<Item>(report, transform);
    detail::learns_alike(report, transform, items, options);
    detail::expect_none(report, "setups() changes the items", [&] {
      std::vector<Item> after;
      for (std::size_t i = 0; i < items.size(); ++i) after.push_back(items[i]);
      return difference(after, before, exact);
    });
    if constexpr (!requires(StateWriter & archive) { transform.serialize(archive); })
      report.broken.push_back("it learns in setups() but has no serialize(): an exported pipeline would forget it");
    setup(transform, items);
    detail::add(report, "set up", check_transform(transform, Item(items[0]), options));
  }
  return report;
}

}  // namespace fastxx::testing
