#include "laws.hpp"
#include <fastxx/testing/setup.hpp>

#include <doctest/doctest.h>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fastxx;
using testing::check_setup;

namespace {

struct Centre {  // keeps every law
  double mean = 0;
  void setups(auto const& items) {
    if (items.size() == 0) throw std::runtime_error("no items");
    mean = 0;
    for (std::size_t i = 0; i < items.size(); ++i) mean += items[i] / static_cast<double>(items.size());
  }
  double encodes(double x) const { return x - mean; }
  double decodes(double x) const { return x + mean; }
  void serialize(auto& archive) { archive("mean", mean); }
};
struct FirstOnly : Centre {  // reads an item, so that an empty collection cannot go unnoticed
  void setups(auto const& items) { mean = items[0]; }
};
struct LearnsNothing : Centre {
  void setups(auto const& items) {
    mean = 0;
    for (std::size_t i = 0; i < items.size(); ++i) mean += items[i] / static_cast<double>(items.size());
  }
};
struct Remembers : Centre {
  static inline double calls = 0;
  void setups(auto const& items) {
    Centre::setups(items);
    mean += calls++;
  }
};
struct Sorts : Centre {
  void setups(auto const& items) {
    Centre::setups(items);
    if constexpr (requires { items.data(); }) const_cast<double*>(items.data())[0] = -100;
  }
};
struct Unsaved {
  double mean = 0;
  void setups(auto const& items) { mean = items[0]; }
  double encodes(double x) const { return x - mean; }
};
struct NotUndone : Centre {
  double decodes(double x) const { return x; }
};
struct OnlyText {
  void setups(std::vector<std::string> const&) {}
  double encodes(double x) const { return x; }
};

std::vector<double> const items{1, 2, 6};

}  // namespace

TEST_CASE("laws of setup: a transform that learns keeps them") {
  CHECK(check_setup(Centre{}, items));
  CHECK(check_setup(FirstOnly{}, items));
}

TEST_CASE("laws of setup: an empty collection is an error") {
  CHECK(is_only(check_setup(LearnsNothing{}, items), "setups() learns from an empty collection"));
}

TEST_CASE("laws of setup: the same items teach the same, and are left alone") {
  CHECK(is_only(check_setup(Remembers{}, items), "it learns something else when it is set up on the same items again"));
  auto mine = items;
  CHECK(has(check_setup(Sorts{}, mine), "setups() changes the items: entry 0: -100 instead of 1"));
}

TEST_CASE("laws of setup: what is learnt is saved, and the transform keeps the other laws once it is set up") {
  CHECK(is_only(check_setup(Unsaved{}, items), "it learns in setups() but has no serialize()"));
  CHECK(is_only(check_setup(NotUndone{}, items), "set up: decode() does not give back"));
  CHECK(is_only(check_setup(OnlyText{}, items), "it has no setups() that takes"));
}
