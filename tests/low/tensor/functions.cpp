#include <fastxx/low/tensor/create.hpp>
#include <fastxx/low/tensor/functions.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cmath>
#include <concepts>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace fastxx;

namespace {
bool close(Tensor const& a, Tensor const& b, double tolerance = 1e-6) {
  return a.sizes() == b.sizes() && at::allclose(a.to(at::kDouble), b.to(at::kDouble), 0, tolerance);
}
Curve curve() { return {.xp = tensor(0, 1, 2, 4, 8, 64).to(at::kFloat), .fp = tensor(0., .2, .4, .6, .8, 1.)}; }
}  // namespace

TEST_CASE("L-43 interp_1d: numpy's numbers inside the range, the end slopes outside, any shape of x") {
  // numpy.interp([0.2, 0.5, 0.8, 3, 5, 63], [0, 1, 2, 4, 8, 64], numpy.arange(6) / 5)
  CHECK(close(interp_1d(tensor(.2, .5, .8, 3, 5, 63), curve()), tensor(.04, .1, .16, .5, .65, .99642857)));
  CHECK(close(interp_1d(tensor(-1., 120.), curve()), tensor(-.2, 1.2)));  // slopes 1/5 and 1/280, where numpy stops
  CHECK(close(interp_1d(tensor(0., 2., 64.), curve()), tensor(0., .4, 1.)));
  CHECK(close(interp_1d(tensor(3.), curve()), tensor(.5)));
  CHECK(close(interp_1d(tensor(.5, 3., 5., 6.).view({2, 2}), curve()), tensor(.1, .5, .65, .7).view({2, 2})));
}

TEST_CASE("L-43 interp_1d: keeps type and metadata, refuses a curve that is none") {
  TensorPoint const x(tensor(.5, 3.), {.img_size = {.width = 2, .height = 1}});
  auto const y = interp_1d(x, curve());
  static_assert(std::same_as<decltype(y), TensorPoint const>);
  CHECK((y.img_size == x.img_size));
  Curve const uneven = {.xp = tensor(0., 1.), .fp = tensor(1., 2., 3.)}, lone = {.xp = tensor(0.), .fp = tensor(1.)},
              back = {.xp = tensor(0., 2., 2.), .fp = tensor(1., 2., 3.)};
  CHECK_THROWS_WITH_AS(interp_1d(x, uneven), doctest::Contains("(2) and (3)"), tensor_error);
  CHECK_THROWS_WITH_AS(interp_1d(x, lone), doctest::Contains("[interp_1d.shape]"), tensor_error);
  CHECK_THROWS_WITH_AS(interp_1d(x, back), doctest::Contains("[interp_1d.order]"), tensor_error);
}

TEST_CASE("L-43 pca: PyTorch's numbers, up to the sign of each direction") {
  // torch 1.13.1: torch.manual_seed(3); m = torch.rand(5, 4); c = m - m.mean(0); U, S, V = torch.svd(c.t());
  // torch.mm(c, U[:, :2])
  Tensor const m = tensor(std::vector<std::vector<double>>{
      {0.004263520240783691, 0.10556936264038086, 0.2858424782752991, 0.026954829692840576},
      {0.47161436080932617, 0.06011629104614258, 0.7718658447265625, 0.7436993718147278},
      {0.5944212079048157, 0.887856662273407, 0.45103132724761963, 0.7994906306266785},
      {0.14984089136123657, 0.40146881341934204, 0.054176926612854004, 0.45940524339675903},
      {0.17560523748397827, 0.9491828680038452, 0.8473186492919922, 0.8748562335968018}});
  Tensor const expected = tensor(std::vector<std::vector<double>>{{0.7238842844963074, 0.04399152472615242},
                                                                  {0.001281136297620833, 0.5607964992523193},
                                                                  {0.4629228711128235, 0.18343482911586761},
                                                                  {0.3314008414745331, 0.27208730578422546},
                                                                  {0.5936435461044312, 0.06128278002142906}});
  CHECK(close(pca(m).abs(), expected, 1e-5));
  CHECK(close(pca(m, 1).abs(), expected.narrow(1, 0, 1), 1e-5));
  static_assert(std::same_as<decltype(pca(TensorImage(m))), TensorImage>);
  for (std::int64_t k : {0, 5}) CHECK_THROWS_WITH_AS(pca(m, k), doctest::Contains("[pca.shape]"), tensor_error);
  CHECK_THROWS_WITH_AS(pca(m[0]), doctest::Contains("(4)"), tensor_error);
}

TEST_CASE("logit: the sigmoid's inverse, 0 and 1 moved inside by 1e-7") {
  // torch 1.13.1: p = torch.tensor([0., .25, .5, 1.]).clamp(1e-7, 1 - 1e-7); -(1 / p - 1).log()
  CHECK(close(logit(tensor(0., .25, .5, 1.)), tensor(-16.11809539794922, -1.0986123085021973, 0., 15.942384719848633)));
  CHECK(close(logit(tensor(-2., 1.5).sigmoid()), tensor(-2., 1.5)));
  static_assert(std::same_as<decltype(logit(TensorImage())), TensorImage>);
}

TEST_CASE("L-43 all_equal: shape and elements count, type and dtype do not") {
  CHECK(all_equal(tensor(1, 2), tensor(1., 2.)));
  CHECK(all_equal(TensorImage(tensor(1, 2)), TensorCategory(tensor(1, 2))));
  CHECK_FALSE(all_equal(tensor(1, 2), tensor(1, 3)));
  CHECK_FALSE(all_equal(tensor(1, 1), tensor(1)));  // no broadcasting
  CHECK_FALSE(all_equal(tensor(std::nan("")), tensor(std::nan(""))));
  CHECK((all_equal(Tensor(), Tensor()) && !all_equal(Tensor(), tensor(1))));
}

TEST_CASE("tensor: several numbers make a vector, float64 becomes float32, whole numbers int64") {
  CHECK((tensor(1, 2.5).scalar_type() == at::kFloat && all_equal(tensor(1, 2.5), at::tensor({1., 2.5}))));
  CHECK((tensor(3).dim() == 0 && tensor(3).scalar_type() == at::kLong && tensor(3).item<int>() == 3));
  CHECK((tensor(true, false).scalar_type() == at::kBool && tensor(std::uint8_t(7)).scalar_type() == at::kLong));
  CHECK((tensor(std::vector<bool>{true, false}).scalar_type() == at::kBool));
  CHECK(all_equal(tensor(std::vector<int>{4, 5, 6}), at::arange(4, 7)));
  CHECK((tensor(std::vector<std::vector<int>>{{1, 2, 3}, {4, 5, 6}}).sizes() == at::IntArrayRef{2, 3}));
  CHECK((tensor(std::vector<double>{}).sizes() == at::IntArrayRef{0}));
  CHECK((tensor(std::vector<std::vector<int>>{}).numel() == 0));
  CHECK((tensor(at::zeros({2}, at::kDouble)).scalar_type() == at::kFloat));
  TensorImage const bytes(at::zeros({2}, at::kByte));
  static_assert(std::same_as<decltype(tensor(bytes)), TensorImage>);
  CHECK(tensor(bytes).is_same(bytes));
  CHECK_THROWS_WITH_AS(tensor(std::vector<std::vector<int>>{{1, 2}, {3}}), doctest::Contains("one of shape (1)"),
                       tensor_error);
}

TEST_CASE("one_hot: ones at the indices, and back; an index outside is an error") {
  Tensor const encoded = one_hot(tensor(2, 0), 4);
  CHECK((encoded.scalar_type() == at::kByte && all_equal(encoded, tensor(1, 0, 1, 0))));
  CHECK(all_equal(one_hot(tensor(3), 4), tensor(0, 0, 0, 1)));
  CHECK(all_equal(one_hot(tensor(std::vector<int>{}), 2), tensor(0, 0)));
  CHECK((one_hot_decode(encoded) == std::vector<std::int64_t>{0, 2}));
  std::vector<std::string> const vocab = {"cat", "dog", "elk", "fox"};
  CHECK((one_hot_decode(encoded, vocab) == std::vector<std::string>{"cat", "elk"}));
  CHECK_THROWS_WITH_AS(one_hot(tensor(4), 4), doctest::Contains("from 0 to 3; got 4"), tensor_error);
  CHECK_THROWS_WITH_AS(one_hot(tensor(-1), 4), doctest::Contains("[one_hot.index]"), tensor_error);
  CHECK_THROWS_WITH_AS(one_hot(tensor(0), -4), doctest::Contains("[one_hot.classes]"), tensor_error);
  CHECK_THROWS_WITH_AS(one_hot_decode(encoded, std::vector<int>{7}), doctest::Contains("index 2 and a vocabulary of 1"),
                       tensor_error);
}
