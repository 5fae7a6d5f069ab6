#include <fastxx/low/tensor/print.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <doctest/doctest.h>
#include <sstream>
#include <string>

using namespace fastxx;

namespace {
template <class T>
std::string printed(T const& tensor) {
  std::ostringstream text;
  text << tensor;
  return text.str();
}
}  // namespace

TEST_CASE("L-22 print: the type's name and the values in brackets") {
  CHECK(printed(TensorImage(at::arange(6, at::kFloat).view({1, 2, 3}) / 4)) ==
        "TensorImage([[[0, 0.25, 0.5], [0.75, 1, 1.25]]])");
  CHECK(printed(TensorCategory(at::scalar_tensor(3, at::kLong))) == "TensorCategory(3)");
  CHECK(printed(TensorMask(at::tensor({1, 0}).to(at::kBool))) == "TensorMask([true, false])");
  CHECK(printed(TensorText(at::full({1}, std::int64_t{1} << 60, at::kLong))) == "TensorText([1152921504606846976])");
  CHECK(printed(fastxx::TensorBase(at::full({1}, c10::complex<double>(1, -2)))) == "TensorBase([(1,-2)])");
  CHECK(printed(TensorImage(at::empty({0}))) == "TensorImage([])");
  CHECK(printed(TensorImage()) == "TensorImage()");
}

TEST_CASE("L-22 print: above 1000 elements the ends, and the shape") {
  CHECK(printed(TensorText(at::arange(1001))) == "TensorText([0, 1, 2, ..., 998, 999, 1000], shape [1001])");
  CHECK(printed(TensorText(at::arange(7))) == "TensorText([0, 1, 2, 3, 4, 5, 6])");
}

TEST_CASE("L-24 print: a titled number shows itself as a title and gives the context back") {
  struct Titles {
    std::string text = {};
    void title(std::string const& line) { text += line; }
  };
  CHECK(TitledTensorScalar(at::scalar_tensor(2.5)).show(Titles{"x = "}).text == "x = 2.5");
}
