#include <fastxx/low/arguments/parts.hpp>

#include <cstddef>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>

using namespace fastxx;

namespace {
struct LossName {};
struct SizeName {};
template <class T>
Part<LossName, T> loss(T value) {
  return {std::move(value)};
}
Part<SizeName, int> size(int value) { return {value}; }
}  // namespace

TEST_CASE("H-01 parts: an argument is found by its name, wherever it stands") {
  CHECK(fastxx::detail::pick_part<SizeName>(64, size(32), loss(std::string("flat"))) == 32);
  CHECK(fastxx::detail::pick_part<SizeName>(64, loss(std::string("flat")), size(32)) == 32);
  CHECK(fastxx::detail::pick_part<LossName>(0, size(32), loss(std::string("flat"))) == "flat");
}

TEST_CASE("H-01 parts: the default is taken when no argument has the name") {
  CHECK(fastxx::detail::pick_part<SizeName>(64, loss(1)) == 64);
  CHECK(fastxx::detail::pick_part<SizeName>(64) == 64);
}

TEST_CASE("H-01 parts: how often a name was given is known to the compiler, and so is what a part is") {
  static_assert(
      fastxx::detail::count_parts<SizeName, Part<SizeName, int>, Part<LossName, int>, Part<SizeName, long>>() == 2);
  static_assert(fastxx::detail::count_parts<SizeName>() == 0);
  static_assert(fastxx::detail::is_part_v<Part<SizeName, int>> && !fastxx::detail::is_part_v<int>);
  CHECK(fastxx::detail::count_parts<LossName, Part<LossName, int>>() == 1);
}

TEST_CASE("H-01 parts: a value that can only be moved is moved out") {
  auto taken = fastxx::detail::pick_part<LossName>(nullptr, size(1), loss(std::make_unique<int>(5)));
  CHECK(*taken == 5);
}

TEST_CASE("H-01 parts: what is no part is passed over, so that one sentence can refuse it") {
  CHECK(fastxx::detail::pick_part<SizeName>(64, 3, std::string("text"), size(32)) == 32);
  CHECK(fastxx::detail::pick_part<SizeName>(64, 3) == 64);
  static_assert(fastxx::detail::count_parts<SizeName, int, Part<SizeName, int>>() == 1);
}

TEST_CASE("H-01 parts: the first of two with the same name is taken, among many") {
  auto const pick = []<std::size_t... I>(std::index_sequence<I...>) {
    return fastxx::detail::pick_part<SizeName>(0, Part<std::integral_constant<std::size_t, I>, int>{-1}..., size(5),
                                               size(6));
  };
  CHECK(pick(std::make_index_sequence<200>{}) == 5);
}
