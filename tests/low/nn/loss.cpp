#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cmath>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace fastxx;

namespace {

bool close(Tensor const& a, Tensor const& b) { return a.sizes() == b.sizes() && at::allclose(a, b, 1e-5, 1e-6); }

Tensor vector(std::vector<float> const& values) { return at::tensor(values); }

// Softmax of (0, ln 2, ln 3) is 1/6, 1/3, 1/2; of three equal scores 1/3 each.
Tensor two_rows() { return vector({0, std::log(2.f), std::log(3.f), 5, 5, 5}).view({2, 3}); }

template <class Function>
std::string tensor_error_of(Function function) {
  try {
    function();
  } catch (tensor_error const& e) {
    return e.what();
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("M-26 flatten_check: both come back flat and contiguous") {
  Tensor const prediction = at::arange(6).view({2, 3}).t();  // not contiguous
  auto const [p, t] = flatten_check(prediction, at::arange(6).view({1, 6, 1}));
  CHECK(at::equal(p, at::tensor({0, 3, 1, 4, 2, 5})));
  CHECK(at::equal(t, at::arange(6)));
  CHECK(p.is_contiguous());
}

TEST_CASE("M-26 flatten_check: other numbers of elements are refused, with both shapes") {
  auto const text = tensor_error_of([] { flatten_check(at::zeros({4, 3}), at::zeros({4})); });
  CHECK(text.find("[flatten_check.numel]") == 0);
  CHECK(text.find("(4, 3) and (4)") != std::string::npos);
}

TEST_CASE("CrossEntropyLossFlat: the mean over the rows, by hand") {
  CrossEntropyLossFlat const loss;
  // -ln of the probability of the target: ln 2 and ln 3.
  CHECK(loss(two_rows(), at::tensor({2, 0})).item<float>() == doctest::Approx((std::log(2.0) + std::log(3.0)) / 2));
  CHECK(loss(two_rows(), at::tensor({0, 1})).item<float>() == doctest::Approx((std::log(6.0) + std::log(3.0)) / 2));
}

TEST_CASE("CrossEntropyLossFlat: without reduction one loss per target") {
  CrossEntropyLossFlat const loss{.reduce = false};
  CHECK(close(loss(two_rows(), at::tensor({2, 0})), vector({std::log(2.f), std::log(3.f)})));
}

TEST_CASE("CrossEntropyLossFlat: equal to libtorch's, also with smoothed labels and ignored targets") {
  at::manual_seed(1);
  Tensor const scores = at::randn({7, 5}), targets = at::tensor({0, 4, 2, 2, 1, 3, 0}).to(at::kLong);
  CHECK(close(CrossEntropyLossFlat{}(scores, targets), at::cross_entropy_loss(scores, targets)));
  CHECK(close(CrossEntropyLossFlat{.label_smoothing = 0.1}(scores, targets),
              at::cross_entropy_loss(scores, targets, {}, at::Reduction::Mean, -100, 0.1)));
  Tensor const some = targets.masked_fill(targets.eq(2), -100);
  CHECK(close(CrossEntropyLossFlat{}(scores, some), at::cross_entropy_loss(scores, some)));
  CHECK(close(CrossEntropyLossFlat{.ignore_index = 2}(scores, targets), CrossEntropyLossFlat{}(scores, some)));
}

TEST_CASE("CrossEntropyLossFlat: smoothed labels by hand") {
  // (1 - 0.3) * -ln p[target] + 0.3 * mean of -ln p over the classes.
  double const expected = 0.7 * std::log(2.0) + 0.3 * (std::log(6.0) + std::log(3.0) + std::log(2.0)) / 3;
  CHECK(CrossEntropyLossFlat{.label_smoothing = 0.3}(two_rows().narrow(0, 0, 1), at::tensor({2})).item<float>() ==
        doctest::Approx(expected));
}

TEST_CASE("CrossEntropyLossFlat: with the classes on axis 1 every pixel meets its own target") {
  at::manual_seed(2);
  Tensor const scores = at::randn({2, 5, 3, 4});
  Tensor const targets = at::randint(0, 5, {2, 3, 4}, at::kLong);
  CHECK(close(CrossEntropyLossFlat{.axis = 1}(scores, targets), at::cross_entropy_loss(scores, targets)));
  Tensor const each = CrossEntropyLossFlat{.axis = 1, .reduce = false}(scores, targets);
  CHECK(close(each.view({2, 3, 4}), at::cross_entropy_loss(scores, targets, {}, at::Reduction::None)));
  // A score of 50 on the right class of each pixel leaves no loss, and the gradient reaches the scores.
  Tensor sure = at::zeros({2, 5, 3, 4}).scatter_(1, targets.unsqueeze(1), 50);
  CHECK(CrossEntropyLossFlat{.axis = 1}(sure, targets).item<float>() < 1e-6);
  sure.set_requires_grad(true);
  CrossEntropyLossFlat{.axis = 1}(sure, targets).backward();
  CHECK(sure.grad().defined());
}

TEST_CASE("CrossEntropyLossFlat: any layout of rows and any integer type of targets") {
  Tensor const scores = at::stack({two_rows(), two_rows()});  // (2,2,3)
  Tensor const targets = at::tensor({2, 0, 2, 0}).view({2, 2});
  Tensor const expected = CrossEntropyLossFlat{}(two_rows(), at::tensor({2, 0}));
  CHECK(close(CrossEntropyLossFlat{}(scores, targets), expected));
  for (auto type : {at::kByte, at::kShort, at::kInt})
    CHECK(close(CrossEntropyLossFlat{}(scores, targets.to(type)), expected));
  CHECK(close(CrossEntropyLossFlat{}(two_rows(), at::tensor({2, 0}).view({2, 1})), expected));
}

TEST_CASE("CrossEntropyLossFlat: targets with a fraction are no classes; whole numbers of any type are") {
  Tensor const scores = at::tensor({1., 2., 0., 5.}).view({2, 2});
  CHECK_THROWS_WITH_AS(CrossEntropyLossFlat{}(scores, at::tensor({.3, 1.3})),
                       doctest::Contains("[cross_entropy.classes]"), tensor_error);
  CHECK(at::equal(CrossEntropyLossFlat{}(scores, at::tensor({0., 1.})),
                  CrossEntropyLossFlat{}(scores, at::tensor({0, 1}))));
}

TEST_CASE("CrossEntropyLossFlat: another number of targets is refused, with both shapes") {
  auto const text = tensor_error_of([] { CrossEntropyLossFlat{}(two_rows(), at::tensor({0, 1, 2})); });
  CHECK(text.find("[cross_entropy.shape]") == 0);
  CHECK(text.find("(2, 3) and targets (3)") != std::string::npos);
  CHECK(tensor_error_of([] {
          CrossEntropyLossFlat{.axis = 1}(at::zeros({2, 5, 3, 4}), at::zeros({2, 3}));
        }) != "nothing thrown");
}

TEST_CASE("CrossEntropyLossFlat: activation gives probabilities, decodes the class, both along the axis") {
  CrossEntropyLossFlat const loss;
  CHECK(
      close(loss.activation(two_rows()), vector({1 / 6.f, 1 / 3.f, 1 / 2.f, 1 / 3.f, 1 / 3.f, 1 / 3.f}).view({2, 3})));
  CHECK(at::equal(loss.decodes(two_rows().narrow(0, 0, 1)), at::tensor({2})));
  CrossEntropyLossFlat const on_axis{.axis = 0};
  CHECK(close(on_axis.activation(two_rows().t()), loss.activation(two_rows()).t()));
  CHECK(at::equal(on_axis.decodes(two_rows().t().narrow(1, 0, 1)), at::tensor({2})));
}

TEST_CASE("CrossEntropyLossFlat: weights of the classes, by hand; another number of them is refused") {
  auto const targets = at::tensor({2, 0}, at::kLong);  // losses ln 2 and ln 3
  CrossEntropyLossFlat loss{.weight = vector({3, 1, 2})};
  CHECK(loss(two_rows(), targets).item<double>() == doctest::Approx((2 * std::log(2.) + 3 * std::log(3.)) / 5));
  loss.reduce = false;
  CHECK(close(loss(two_rows(), targets), vector({2 * std::log(2.F), 3 * std::log(3.F)})));
  loss.weight = vector({1, 2});
  CHECK(tensor_error_of([&] { loss(two_rows(), targets); }).find("each of the 3 classes") != std::string::npos);
}

TEST_CASE("FocalLossFlat: what is predicted well counts less, by hand; gamma 0 is cross entropy") {
  auto const targets = at::tensor({2, 0}, at::kLong);  // probabilities 1/2 and 1/3
  CHECK(FocalLossFlat{}(two_rows(), targets).item<double>() ==
        doctest::Approx((std::log(2.) / 4 + std::log(3.) * 4 / 9) / 2));
  CHECK(close(FocalLossFlat{.gamma = 1, .reduce = false}(two_rows(), targets),
              vector({std::log(2.F) / 2, std::log(3.F) * 2 / 3})));
  CHECK(close(FocalLossFlat{.gamma = 0}(two_rows(), targets), CrossEntropyLossFlat{}(two_rows(), targets)));
  CHECK(close(FocalLossFlat{}.activation(two_rows()).sum(1), vector({1, 1})));
  CHECK(FocalLossFlat{}.decodes(two_rows())[0].item<int>() == 2);
}

TEST_CASE("L1LossFlat: (N,1) against (N), one loss per element when not reduced") {
  auto const guess = vector({1, 2, 4}).view({3, 1});
  auto const truth = at::tensor({1, 4, 1}, at::kLong);
  CHECK(L1LossFlat{}(guess, truth).item<double>() == doctest::Approx(5. / 3));
  CHECK(close(L1LossFlat{.reduce = false}(guess, truth), vector({0, 2, 3})));
  CHECK(tensor_error_of([&] { L1LossFlat{}(guess, truth.slice(0, 0, 2)); }) != "");
}

TEST_CASE("MSELossFlat: (N,1) against (N), targets of any type, one loss per element when not reduced") {
  auto const prediction = at::tensor({1.F, 2.F, 5.F}).view({3, 1});
  auto const target = at::tensor({1, 4, 2});
  CHECK(MSELossFlat{}(prediction, target).item<float>() == doctest::Approx((0 + 4 + 9) / 3.));
  CHECK(at::equal(MSELossFlat{.reduce = false}(prediction, target), at::tensor({0.F, 4.F, 9.F})));
  CHECK_THROWS_AS(MSELossFlat{}(prediction, at::zeros({2})), tensor_error);
}
