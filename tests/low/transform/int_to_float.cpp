#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <tuple>

using namespace fastxx;

TEST_CASE("TR-47 IntToFloatTensor: bytes become 0..1 and come back, every one of them") {
  IntToFloatTensor const to_float;
  TensorImage const bytes(at::arange(256).to(at::kByte).view({1, 1, 16, 16}));
  auto const x = encode(to_float, bytes);
  CHECK((x.scalar_type() == at::kFloat));
  CHECK(x.min().item<float>() == 0);
  CHECK(x.max().item<float>() == 1);
  CHECK(x.flatten()[51].item<float>() == doctest::Approx(0.2));
  auto const back = decode(to_float, x);
  CHECK((back.scalar_type() == at::kByte));
  CHECK(at::equal(back, bytes));
}

TEST_CASE("IntToFloatTensor: bytes with their channels last become floats in the usual order") {
  auto const rows = at::arange(2 * 4 * 5 * 3).to(at::kByte).view({2, 4, 5, 3});
  auto const x = encode(IntToFloatTensor{}, TensorImage(rows.permute({0, 3, 1, 2})));
  CHECK(x.is_contiguous());
  CHECK(at::allclose(x, rows.permute({0, 3, 1, 2}).to(at::kFloat) / 255));
  auto const floats = x.contiguous(at::MemoryFormat::ChannelsLast);
  CHECK(at::allclose(encode(IntToFloatTensor{.div = 2}, TensorImage(floats)), x / 2));  // as it was, a new tensor
  CHECK(at::allclose(floats, x));
}

TEST_CASE("TR-47 IntToFloatTensor: decoding clamps to 0..1 first, and rounds to the nearest byte") {
  TensorImage const x(at::tensor({-0.5f, 0.0f, 0.304f, 0.5f, 1.0f, 7.0f}));
  CHECK(at::equal(decode(IntToFloatTensor{}, x), at::tensor({0, 0, 78, 128, 255, 255}).to(at::kByte)));
}

TEST_CASE("TR-47 IntToFloatTensor: a mask becomes int64, its classes and their names stay, and it is not undone") {
  TensorMask const mask(at::tensor({0, 3, 255}).to(at::kByte), {.codes = {"sky", "road"}});
  auto const classes = encode(IntToFloatTensor{}, mask);
  static_assert(std::same_as<decltype(classes), TensorMask const>);
  CHECK((classes.scalar_type() == at::kLong));
  CHECK(at::equal(classes, at::tensor({0, 3, 255}, at::kLong)));
  CHECK(classes.codes == mask.codes);
  CHECK((decode(IntToFloatTensor{}, classes).scalar_type() == at::kLong));
  CHECK((mask.scalar_type() == at::kByte));

  auto const black_and_white = encode(IntToFloatTensor{.div_mask = 255}, mask);
  CHECK(at::equal(black_and_white, at::tensor({0, 0, 1}, at::kLong)));
  CHECK(black_and_white.codes == mask.codes);
  auto const [image, target] = encode(IntToFloatTensor{}, std::tuple(TensorImage(at::full({1}, 51)), mask));
  CHECK(image.item<float>() == doctest::Approx(0.2));
  CHECK((target.scalar_type() == at::kLong));
}

TEST_CASE("IntToFloatTensor: another divisor, only images, and the given tensor stays as it is") {
  TensorImage const floats(at::full({2}, 10.f));
  CHECK(at::allclose(encode(IntToFloatTensor{.div = 10}, floats), at::ones({2})));
  CHECK(at::allclose(floats, at::full({2}, 10.f)));
  TensorCategory const label(at::tensor({3}));
  CHECK(encode(IntToFloatTensor{}, label).is_same(label));
  static_assert(std::same_as<decltype(encode(IntToFloatTensor{}, TensorImageBW())), TensorImageBW>);
}
