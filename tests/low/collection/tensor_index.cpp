#include <fastxx/low/collection/list.hpp>
#include <fastxx/low/tensor/create.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

TEST_CASE("L-26 L: a tensor is a list of indices or, of bools, a mask, though lists know nothing of libtorch") {
  L const l{30, 10, 20};
  CHECK(l[at::tensor({2, 0})] == L{20, 30});
  CHECK(l[at::tensor({-1}).to(at::kInt)] == L{20});
  CHECK(l[TensorCategory(at::tensor({1}))] == L{10});
  CHECK(l[at::tensor({30, 10, 20}).gt(15)] == L{30, 20});
  CHECK_THROWS_AS(l[at::tensor({3})], data_error);
  CHECK_THROWS_AS(l[at::tensor({1, 2}).gt(1)], data_error);
}

TEST_CASE(
    "L-26 L: a tensor without dimensions is one index, which gives one item only as a number; fractions are none") {
  L const l{30, 10, 20};
  CHECK_THROWS_WITH_AS(l[tensor(2)], doctest::Contains("index.item<std::int64_t>()"), data_error);
  CHECK(l[tensor(2).item<std::int64_t>()] == 20);
  CHECK_THROWS_WITH_AS(l[at::zeros({2, 2}, at::kLong)], doctest::Contains("2 dimensions"), data_error);
  CHECK_THROWS_WITH_AS(l[at::tensor({1.5})], doctest::Contains("fractions"), data_error);
  L changed = l;
  CHECK_THROWS_AS(changed.set(tensor(2), 7), data_error);
  changed.set(at::tensor({2}), 7);
  CHECK(changed == L{30, 10, 7});
}

TEST_CASE("L-29 predicates: is_ tells two handles of one tensor from two equal tensors") {
  auto const a = at::ones({2});
  auto const same = a;
  CHECK(is_(a, same));
  CHECK(is_not(a)(at::ones({2})));
}
