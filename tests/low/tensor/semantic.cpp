#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <concepts>
#include <cstdint>
#include <doctest/doctest.h>
#include <type_traits>
#include <vector>

using namespace fastxx;

namespace {

struct TensorDepth : Semantic<TensorDepth, TensorImageBase> {  // somebody's own type
  using Semantic::Semantic;
};

TensorImage image() { return TensorImage(at::arange(12, at::kFloat).view({3, 2, 2})); }

bool same(Tensor const& a, Tensor const& b) { return at::equal(a, b); }

template <class Expected, class Result>
void check_kept(Result const& result, Tensor const& plain) {
  static_assert(std::same_as<Result, Expected>);
  CHECK(same(result, plain));
}

template <class Expected>
void check_shape_operations(Expected const& x) {
  Tensor const& t = x.tensor();
  check_kept<Expected>(x.view({4, 3}), t.view({4, 3}));
  check_kept<Expected>(x.reshape({2, 6}), t.reshape({2, 6}));
  check_kept<Expected>(x.permute({1, 2, 0}), t.permute({1, 2, 0}));
  check_kept<Expected>(x.flip({2}), t.flip({2}));
  check_kept<Expected>(x.transpose(0, 1), t.transpose(0, 1));
  check_kept<Expected>(x.unsqueeze(0), t.unsqueeze(0));
  check_kept<Expected>(x.unsqueeze(0).squeeze(), t);
  check_kept<Expected>(x.unsqueeze(0).squeeze(0), t);
  check_kept<Expected>(x.flatten(), t.flatten());
  check_kept<Expected>(x.flatten(1), t.flatten(1));
  check_kept<Expected>(x.unsqueeze(0).expand({2, 3, 2, 2}), t.unsqueeze(0).expand({2, 3, 2, 2}));
  check_kept<Expected>(x[1], t[1]);
  check_kept<Expected>(x.select(2, 1), t.select(2, 1));
  check_kept<Expected>(x.narrow(0, 1, 2), t.narrow(0, 1, 2));
  check_kept<Expected>(x.slice(0, 1), t.slice(0, 1));
  check_kept<Expected>(x.slice(0, 0, 3, 2), t.slice(0, 0, 3, 2));
  check_kept<Expected>(x.index_select(0, at::tensor({2, 0})), t.index_select(0, at::tensor({2, 0})));
}

template <class Expected>
void check_copies(Expected const& x) {
  Tensor const& t = x.tensor();
  check_kept<Expected>(x.clone(), t);
  CHECK(x.clone().data_ptr() != t.data_ptr());
  check_kept<Expected>(x.detach(), t);
  check_kept<Expected>(x.transpose(0, 2).contiguous(), t.transpose(0, 2));
  CHECK(x.transpose(0, 2).contiguous().is_contiguous());
  check_kept<Expected>(x.cpu(), t);
  check_kept<Expected>(x.to(at::kDouble), t.to(at::kDouble));
  CHECK((x.to(at::kDouble).scalar_type() == at::kDouble));
  check_kept<Expected>(x.to(at::Device(at::kCPU), at::kByte), t.to(at::kByte));
  check_kept<Expected>(x.new_zeros({2}), at::zeros({2}));
  check_kept<Expected>(x.new_ones({2}), at::ones({2}));
  check_kept<Expected>(x.new_full({2}, 7), at::full({2}, 7, at::kFloat));
  CHECK((x.to(at::kByte).new_zeros({2}).scalar_type() == at::kByte));
}

template <class Expected>
void check_arithmetic(Expected const& x) {
  Tensor const& t = x.tensor();
  check_kept<Expected>(x.clamp(2, 5), t.clamp(2, 5));
  check_kept<Expected>(x.neg(), t.neg());
  check_kept<Expected>(-x, t.neg());
  check_kept<Expected>(x.add(t), t + t);
  check_kept<Expected>(x.sub(2 * t), -t);
  check_kept<Expected>(x.mul(t), t * t);
  check_kept<Expected>(x.div(t + 1), t / (t + 1));
  check_kept<Expected>(x.add(2), t + 2);
  check_kept<Expected>(x.sub(2), t - 2);
  check_kept<Expected>(x.mul(2.5), t * 2.5);
  check_kept<Expected>(x.div(2), t / 2);
  check_kept<Expected>(x + 2, t + 2);
  check_kept<Expected>(x - 2, t - 2);
  check_kept<Expected>(x * 2.5f, t * 2.5);
  check_kept<Expected>(x / 2, t / 2);
  check_kept<Expected>(2 + x, t + 2);
  check_kept<Expected>(2 - x, 2 - t);
  check_kept<Expected>(2.5 * x, t * 2.5);
  check_kept<Expected>(2 / (x + 1), 2 / (t + 1));
  check_kept<Expected>(x + x, t + t);
  check_kept<Expected>(x - x, t - t);
  check_kept<Expected>(x * x, t * t);
  check_kept<Expected>(x / (x + 1), t / (t + 1));
}

template <class Derived, class Ancestor>
concept IsA = std::derived_from<Derived, Ancestor>;

template <class A, class B, class Result>
concept SumIs = requires(A const& a, B const& b) {
  { a + b } -> std::same_as<Result>;
  { a - b } -> std::same_as<Result>;
  { a* b } -> std::same_as<Result>;
  { a / b } -> std::same_as<Result>;
};

}  // namespace

TEST_CASE("L-22 semantic tensor: as large as a tensor, made explicitly, usable wherever one is") {
  static_assert(sizeof(TensorImageBW) == sizeof(Tensor) && sizeof(TensorCategory) == sizeof(Tensor));
  static_assert(!std::is_convertible_v<Tensor, TensorImage> && !std::is_assignable_v<TensorImage&, Tensor>);
  static_assert(!std::is_convertible_v<TensorImage, TensorCategory>);
  static_assert(std::is_convertible_v<TensorImage, Tensor> && std::is_constructible_v<TensorImage, Tensor>);
  TensorImage const x = image();
  Tensor const plain = x;
  CHECK(plain.data_ptr() == x.data_ptr());  // the same memory
  CHECK(x.tensor().is_same(x));
  CHECK((at::cat({x, x}).size(0) == 6));
  CHECK_FALSE(TensorImage().defined());
}

TEST_CASE("L-22 L-24 semantic tensor: the hierarchy is known to C++ and to dispatch") {
  static_assert(IsA<TensorImageBW, TensorImage> && IsA<TensorImage, TensorImageBase>);
  static_assert(IsA<TensorImageBase, TensorBase> && IsA<TensorBase, Tensor> && IsA<TensorCategory, TensorBase>);
  static_assert(!IsA<TensorCategory, TensorImageBase> && !IsA<TensorImage, TensorImageBW>);
  static_assert(std::same_as<TensorImageBW::base_type, TensorImage>);
  static_assert(std::same_as<TensorCategory::base_type, TensorBase>);
  static_assert(SemanticTensor<TensorDepth> && !SemanticTensor<Tensor> && !SemanticTensor<int>);
  auto const kind = typedispatch(overload<TensorImageBase>([](auto const&) { return 'i'; }),
                                 overload<TensorImageBW>([](auto const&) { return 'g'; }),
                                 overload<Tensor>([](auto const&) { return 't'; }));
  CHECK(kind(TensorImage(image())) == 'i');
  CHECK(kind(TensorDepth(image())) == 'i');
  CHECK(kind(TensorImageBW(image())) == 'g');
  CHECK(kind(TensorCategory(at::zeros({1}))) == 't');
}

TEST_CASE("L-22 semantic tensor: changes of shape and indexing keep the type") {
  check_shape_operations<TensorImage>(image());
  check_shape_operations<TensorImageBW>(TensorImageBW(image()));
  check_shape_operations<TensorDepth>(TensorDepth(image()));
}

TEST_CASE("L-22 semantic tensor: copies, new ones and moves between devices and dtypes keep the type") {
  check_copies<TensorImage>(image());
  check_copies<TensorImageBW>(TensorImageBW(image()));
  check_copies<TensorDepth>(TensorDepth(image()));
}

TEST_CASE("L-22 L-23 semantic tensor: arithmetic keeps the type, numbers on either side") {
  check_arithmetic<TensorImage>(image());
  check_arithmetic<TensorImageBW>(TensorImageBW(image()));
  check_arithmetic<TensorDepth>(TensorDepth(image()));
}

TEST_CASE(
    "L-23 semantic tensor: integers meet fractions as in Python, where libtorch's own operators round or refuse") {
  TensorImage const bytes(at::arange(1, 5).to(at::kByte));
  CHECK(same(255 - bytes, at::tensor({254, 253, 252, 251}).to(at::kByte)));
  CHECK(same(1.5 - bytes, at::tensor({0.5f, -0.5f, -1.5f, -2.5f})));
  CHECK(same(1 / bytes, at::tensor({1.0f, 1 / 2.0f, 1 / 3.0f, 1 / 4.0f})));
  CHECK(same(bytes / 2, at::tensor({0.5f, 1.0f, 1.5f, 2.0f})));
}

TEST_CASE("L-22 semantic tensor: in-place arithmetic changes the data and gives the tensor itself") {
  TensorImage x = image();
  Tensor const expected = ((x.tensor() + 2) * 3 - 4) / 5;
  TensorImage const& result = x.add_(2).mul_(3).sub_(4).div_(5);
  CHECK(&result == &x);
  CHECK(same(x, expected));
  Tensor const two = at::full({1}, 2.0f);
  x.add_(two).mul_(two).sub_(two).div_(two);
  CHECK(same(x, ((expected + 2) * 2 - 2) / 2));
  x += 1;
  CHECK(same(x, ((expected + 2) * 2 - 2) / 2 + 1));
}

TEST_CASE("L-23 semantic tensor: of two types of one line the more derived one wins, on either side") {
  static_assert(SumIs<TensorImage, Tensor, TensorImage> && SumIs<Tensor, TensorImage, TensorImage>);
  static_assert(SumIs<TensorImage, TensorImageBW, TensorImageBW> && SumIs<TensorImageBW, TensorImage, TensorImageBW>);
  static_assert(SumIs<TensorBase, TensorCategory, TensorCategory> && SumIs<TensorImage, TensorImage, TensorImage>);
  Tensor const two = at::full({1}, 2.0f);
  CHECK(same(two - image(), 2 - image().tensor()));
  CHECK(same(image() - two, image().tensor() - 2));
  CHECK(same(two / (image() + 1), 2 / (image().tensor() + 1)));
}

TEST_CASE("L-22 semantic tensor: gradients run through the operations") {
  TensorImage x(at::ones({3, 2, 2}));
  x.set_requires_grad(true);
  (x * 3 + x / 2).flip({2}).permute({1, 2, 0}).narrow(0, 0, 1).sum().backward();
  Tensor const expected = at::stack({at::full({3, 2}, 3.5), at::zeros({3, 2})}, 1);
  CHECK(same(x.grad(), expected));
  CHECK_FALSE(x.detach().requires_grad());
}

TEST_CASE("L-15 semantic tensor: an image draws itself on a context that takes images, and gives it back") {
  struct Canvas {
    std::vector<Tensor> drawn = {};
    void image(Tensor const& t) { drawn.push_back(t); }
  };
  auto const canvas = TensorImageBW(image()).show(image().show(Canvas{}));
  CHECK(canvas.drawn.size() == 2);
  CHECK(same(canvas.drawn[1], image()));
}

TEST_CASE("L-22 semantic tensor: a number on the left gives libtorch's bits, infinities included") {
  TensorImage const x(at::cat({at::tensor({1.f, 0.f, -0.f}), at::linspace(-3, 3, 97)}));
  Tensor const& t = x.tensor();
  auto same_bits = [](Tensor const& a, Tensor const& b) {
    return a.scalar_type() == b.scalar_type() && at::equal(a.view(at::kInt), b.view(at::kInt));
  };
  CHECK(same_bits(1 - x, 1 - t));
  CHECK(same_bits(1 / (1 - x), 1 / (1 - t)));
  CHECK(same_bits(.1 - x, .1 - t));
  CHECK(same_bits(.7 / x, .7 / t));
  TensorImage const whole(at::arange(1, 5));
  check_kept<TensorImage>(7 - whole, 7 - whole.tensor());
  CHECK(((7 - whole).scalar_type() == at::kLong));
  check_kept<TensorImage>(1.5 - whole, 1.5f - whole.tensor().to(at::kFloat));  // as in Python
  check_kept<TensorImage>(3 / whole, 3 / whole.tensor().to(at::kFloat));
}

TEST_CASE("L-22 semantic tensor: every integer type of C++ is a number") {
  TensorImage const x = image();
  check_kept<TensorImage>(x * std::size_t{3}, x.tensor() * 3);
  check_kept<TensorImage>(std::uint32_t{3} - x, 3 - x.tensor());
  check_kept<TensorImage>(x + 3L + 3LL, x.tensor() + 6);
}
