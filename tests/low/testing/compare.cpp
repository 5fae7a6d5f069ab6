#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/testing/compare.hpp>

#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;
using testing::all_close, testing::difference;

TEST_CASE("compare: nested tuples and vectors are compared element by element, and the difference is named") {
  auto const a = std::tuple(1, std::vector{std::pair(std::string("x"), at::tensor({1.f, 2.f}))});
  auto b = std::tuple(1, std::vector{std::pair(std::string("x"), at::tensor({1.f, 2.5f}))});
  CHECK(all_close(a, a));
  CHECK(difference(a, b) == "element 1: entry 0: element 1: values differ by up to 0.5");
  CHECK(all_close(a, b, {.absolute = 0.6}));
  std::get<1>(b)[0].first = "y";
  CHECK(difference(a, b) == "element 1: entry 0: element 0: the values differ");
  std::get<1>(b).clear();
  CHECK(difference(a, b) == "element 1: 1 entries instead of 0");
  CHECK(difference(std::vector{true, false}, std::vector{true, true}) == "entry 1: the values differ");
}

TEST_CASE("compare: tensors agree in type, shape and dtype before their values count") {
  auto const image = TensorImage(at::ones({2, 2}));
  CHECK(difference(image, TensorImage(at::ones({4}))) == "shape (2, 2) instead of (4)");
  CHECK(difference(image, TensorImage(at::ones({2, 2}, at::kDouble))) == "dtype Float instead of Double");
  CHECK(difference(image, image.tensor()) == "TensorImage instead of at::Tensor");
  CHECK(difference(TensorImage(), image) == "one of the tensors is undefined");
  CHECK(all_close(TensorImage(), TensorImage()));
  CHECK(difference(at::tensor({1, 2}), at::tensor({1, 4})) == "values differ by up to 2");
  CHECK_FALSE(all_close(at::tensor({1, 2}), at::tensor({1, 4}), {.absolute = 9}));  // integers are exact
}

TEST_CASE("compare: numbers have torch's tolerance, and NaN equals NaN") {
  double const nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK(all_close(1.0, 1.0 + 1e-6));
  CHECK_FALSE(all_close(1.0, 1.0 + 1e-4));
  CHECK_FALSE(all_close(1.0, 1.0 + 1e-9, testing::exact));
  CHECK(all_close(nan, nan));
  CHECK(all_close(at::full({2}, nan), at::full({2}, nan)));
  CHECK_FALSE(all_close(nan, 1.0));
  CHECK(all_close(infinity, infinity));
  CHECK_FALSE(all_close(infinity, 1.0));
  CHECK_FALSE(all_close(std::vector{-5.0}, std::vector{infinity}));
  CHECK_FALSE(all_close(-infinity, infinity));
  CHECK(difference(2.5, 3.5) == "2.5 instead of 3.5");
}
