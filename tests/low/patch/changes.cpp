#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <doctest/doctest.h>
#include <string>

TEST_CASE("Changes: undo puts everything back, the last change first") {
  int number = 1;
  std::string text = "one";
  fastxx::Changes changes;
  changes.set(number, 2);
  changes.set(text, std::string("two"));
  changes.set(number, 3);
  CHECK(number == 3);
  CHECK(text == "two");
  changes.suspend();
  CHECK(number == 1);
  CHECK(text == "one");
  changes.resume();
  CHECK(number == 3);
  changes.undo();
  CHECK(number == 1);
  CHECK(text == "one");
  number = 9;
  changes.undo();  // forgotten: nothing to put back
  CHECK(number == 9);
}

TEST_CASE("Changes: a derived view follows its tensor, and refresh() makes it anew for an exchanged or a frozen one") {
  at::Tensor place = at::arange(4, at::kFloat).requires_grad_();
  auto const original = place;
  fastxx::Changes changes;
  {
    at::NoGradGuard const guard;
    changes.derive(place, [](at::Tensor const& full) { return full.narrow(0, 1, 2); });
  }
  CHECK(at::equal(place, at::tensor({1.F, 2.F})));
  auto const first = place;
  changes.refresh();
  CHECK(place.is_same(first));
  original.set_data(at::arange(4, at::kDouble).mul(10));
  changes.refresh();
  CHECK(at::equal(place, at::tensor({10., 20.}, at::kDouble)));
  (place * 3).sum().backward();
  CHECK(at::equal(original.grad(), at::tensor({0., 3., 3., 0.}, at::kDouble)));
  for (bool const train : {false, true}) {
    original.requires_grad_(train);
    changes.refresh();
    CHECK(place.is_leaf() != train);
    CHECK(place.sum().requires_grad() == train);
  }
  changes.suspend();
  changes.refresh();
  CHECK(place.is_same(original));
  changes.resume();
  CHECK(place.size(0) == 2);
  changes.undo();
  CHECK(place.is_same(original));
  changes.refresh();
  CHECK(place.is_same(original));
}

TEST_CASE("Changes: a derived copy keeps its own numbers until the original is written to, also when it is converted") {
  at::Tensor place = at::ones({3}), nothing;
  auto const original = place;
  fastxx::Changes changes;
  changes.derive(place, [](at::Tensor const& full) { return full.narrow(0, 0, 2).clone(); });
  changes.derive(nothing, [](at::Tensor const& full) { return full.clone(); });
  CHECK_FALSE(nothing.defined());
  place.mul_(5);
  original.set_data(original.to(at::kDouble));
  changes.refresh();
  CHECK(at::equal(place, at::full({2}, 5., at::kDouble)));
  original.add_(1);
  changes.refresh();
  CHECK(at::equal(place, at::full({2}, 2., at::kDouble)));
  place.zero_();
  original.set_data(at::full({3}, 7.F));  // exchanged
  changes.refresh();
  CHECK(at::equal(place, at::full({2}, 7.F)));
}
