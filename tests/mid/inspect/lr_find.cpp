#include "../train/toy.hpp"
#include <fastxx/mid/inspect/lr_find.hpp>

#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
struct Watch {
  std::shared_ptr<int> batches = std::make_shared<int>(0), validated = std::make_shared<int>(0);
  void after_batch(auto& learn) { learn.training ? ++*batches : ++*validated; }
};
}  // namespace

TEST_CASE("H-36 lr_find: tries exponentially growing rates for up to 100 batches and never validates") {
  Watch watch;
  auto learn = toy::learner(callbacks(watch), opt_func(SGD{}));
  int rows = 0;
  learn.logger = [&](auto const&) { ++rows; };
  auto const found = learn.lr_find({.end_lr = 1e-3});
  CHECK(*watch.batches == 100);
  CHECK(*watch.validated == 0);
  CHECK(rows == 0);                 // nothing is printed
  REQUIRE(found.lrs.size() == 85);  // without the first ten and the last five
  for (std::size_t i = 0; i < found.lrs.size(); ++i)
    CHECK(found.lrs[i] == doctest::Approx(1e-7 * std::pow(1e-3 / 1e-7, (static_cast<double>(i) + 10) / 100)));
  learn.fit(1);
  CHECK(rows == 2);  // and afterwards the table is back
}

TEST_CASE("H-37 lr_find: model and optimizer are as they were, to the last bit") {
  auto learn = toy::learner();
  toy::quiet(learn).fit(2, {.lr = .1});
  auto const model = clone_state(state_dict(*learn.model));
  auto const optimizer = learn.opt->state_dict();
  learn.lr_find();
  for (auto const& [name, tensor] : state_dict(*learn.model)) CHECK(at::equal(tensor, model.at(name)));
  auto const after = learn.opt->state_dict();
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(after.groups[0].parameters[p].step == optimizer.groups[0].parameters[p].step);
    for (auto const& [name, tensor] : optimizer.groups[0].parameters[p].tensors)
      CHECK(at::equal(tensor, after.groups[0].parameters[p].tensors.at(name)));
  }
  CHECK(after.groups[0].hypers == optimizer.groups[0].hypers);
  CHECK_FALSE(learn.model->parameters()[0].grad().defined());
}

TEST_CASE("H-36 lr_find: stops when the smoothed loss is four times its best, or no number, without an error") {
  auto learn = toy::learner(opt_func(SGD{}));
  auto const found = toy::quiet(learn).lr_find({.start_lr = 1e-4, .end_lr = 1e6});
  CHECK(found.lrs.size() < 85);
  CHECK(std::isfinite(learn.model->parameters()[0].item<float>()));
}

TEST_CASE("H-38 lr_find: valley, minimum and steep on losses whose answers are known") {
  LRFindResult result;
  for (int i = 0; i < 10; ++i) result.lrs.push_back(std::pow(10.0, i - 8));
  result.losses = {5, 5.1, 4.8, 4.4, 3.5, 2, 1.8, 1.7, 3, 9};
  fastxx::detail::suggest(result);
  CHECK(result.minimum == doctest::Approx(1e-1 / 10));  // the smallest loss is at 1e-1
  CHECK(result.steep == doctest::Approx(1e-4));         // from 3.5 to 2
  // The longest descent has 7 losses and ends at index 7, so it starts at 0; its third is 2.33: 0 + 2 + 1 = index 3.
  CHECK(result.valley == doctest::Approx(1e-5));
}

TEST_CASE("H-38 lr_find: the four suggestions are fastai's on the same curves (tests/parity/lr_find.py)") {
  struct {
    double fall, wave;
    int n;
    double valley, slide, minimum, steep;
  } const expected[] = {
      {1.5, 0, 85, 0.0002290867705596611, 0.0003311311302240938, 0.014454397559165954, 0.0008317637839354575},
      {1.5, 0.02, 85, 0.001737800776027143, 9.12010818865383e-07, 0.02089296132326126, 0.0004786300996784121},
      {0.5, 0.004, 70, 0.0010000000474974513, 0.0003981071640737355, 0.00831763744354248, 0.0004786300996784121},
      {1.8, 0.1, 85, 0.010964781977236271, 0.0003981071640737355, 0.03019951581954956, 0.0003311311302240938},
      {1.5, 0.001, 40, 3.0199516913853586e-05, 9.12010818865383e-07, 8.317637839354575e-05, 0.0006918309954926372},
      {1.5, 0.3, 16, 2.75422871709452e-06, 6.309573450380412e-07, 5.754399353463669e-07, 4.786300905834651e-06},
  };
  for (auto const& one : expected) {
    LRFindResult result;
    for (int i = 0; i < one.n; ++i) {
      double const lr = 1e-7 * std::pow(1e8, (i + 10) / 100.), x = std::log10(lr);
      result.lrs.push_back(lr);
      result.losses.push_back(2.3 - one.fall / (1 + std::exp(-2 * (x + 3))) + std::exp(4 * (x - .3)) +
                              one.wave * std::sin(3 * i));
    }
    fastxx::detail::suggest(result);
    CHECK(result.valley == doctest::Approx(one.valley).epsilon(1e-6));
    CHECK(result.slide == doctest::Approx(one.slide).epsilon(1e-6));
    CHECK(result.minimum == doctest::Approx(one.minimum).epsilon(1e-6));
    CHECK(result.steep == doctest::Approx(one.steep).epsilon(1e-6));
  }
  LRFindResult few{.lrs = std::vector<double>(15, 1), .losses = std::vector<double>(15, 1)};
  few.losses.back() = 0;
  fastxx::detail::suggest(few);
  CHECK(std::isnan(few.slide));  // two places 15 rates apart
  CHECK(!std::isnan(few.valley));
}

TEST_CASE("H-38 lr_find: the valley of a descent from the first point on is fastai's, by hand") {
  auto const valley = [](std::vector<double> losses) {
    LRFindResult result;
    for (std::size_t i = 0; i < losses.size(); ++i) result.lrs.push_back(static_cast<double>(i));
    result.losses = std::move(losses);
    fastxx::detail::suggest(result);
    return result.valley;
  };
  // The start is the end less the length: 9 - 10 = -1, sections (9 + 1) / 3 = 3.33: -1 + 3 + 1.
  CHECK(valley({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}) == 3);
  CHECK(valley({6, 5, 4, 3, 2, 1, 7, 8}) == 2);          // 5 - 6, sections 2: -1 + 2 + 1
  CHECK(valley({3, 2, 1, 5, 6}) == 0);                   // 2 - 3, sections 1: -1 + 1 + 0
  CHECK(valley({5, 9, 4, 8, 3, 7, 2, 6, 1, 9.5}) == 4);  // 5 losses of 9: 8 - 5 = 3, sections 1.67: 3 + 1 + 0
  CHECK(valley({9, 1, 8, 7, 6, 5, 4, 3, 2, 2.5}) == 3);  // not the 1: 8 - 8 = 0, sections 2.67: 0 + 2 + 1
  CHECK(valley({2, 1}) == 0);                            // fastai: -1, the last rate
}

TEST_CASE("lr_find: where the loss never falls nothing is suggested, and the picture says so") {
  auto const suggests = [](std::vector<double> losses) {
    LRFindResult result{.losses = std::move(losses)};
    for (std::size_t i = 0; i < result.losses.size(); ++i) result.lrs.push_back(std::pow(10.0, i));
    fastxx::detail::suggest(result);
    auto const path = std::filesystem::temp_directory_path() / "fastxx-lr-find-flat.png";
    result.plot(path);
    CHECK(std::filesystem::file_size(path) > 1000);
    std::filesystem::remove(path);
    CHECK(std::isnan(result.valley) == std::isnan(result.minimum));
    CHECK(std::isnan(result.valley) == std::isnan(result.steep));
    CHECK(std::isnan(result.slide));
    return !std::isnan(result.valley);
  };
  CHECK(!suggests({0.7, 0.7, 0.7, 0.7}));
  CHECK(!suggests({0.7, std::nextafter(0.7, 0), 0.7, std::nextafter(0.7, 1)}));
  CHECK(!suggests({1, 2, 3}));
  CHECK(!suggests({-3, -3, -2}));
  CHECK(!suggests({0, 0, 0}));
  CHECK(suggests({0.7, 0.699, 0.7}));
  CHECK(suggests({1, 2, 3, 2.9}));
  CHECK(suggests({-3, -4}));
  // And nobody trains with that.
  auto learn = toy::learner(opt_func(SGD{}));
  toy::quiet(learn);
  CHECK_THROWS_WITH_AS(learn.fit(1, LRFindResult{}.valley), doctest::Contains("lr_find"), state_error);
}

TEST_CASE("H-38 lr_find: the plot is a picture") {
  auto learn = toy::learner(opt_func(SGD{}));
  auto const path = std::filesystem::temp_directory_path() / "fastxx-lr-find.png";
  toy::quiet(learn).lr_find().plot(path);
  CHECK(std::filesystem::file_size(path) > 1000);
  std::filesystem::remove(path);
}

TEST_CASE("lr_find: a run too short to suggest a rate is an error, not a rate of zero; the model is as it was") {
  auto learn = toy::learner(opt_func(SGD{}));
  toy::quiet(learn);
  try {
    learn.lr_find({.num_it = 4});
    FAIL("four batches gave a suggestion");
  } catch (state_error const& e) {
    CHECK(e.key() == "lr_find.too_short");
  }
  CHECK(learn.model->parameters()[0].item<float>() == 0);
}
