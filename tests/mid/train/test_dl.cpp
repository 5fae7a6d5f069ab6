// Predictions for items without labels, as a user asks for them after training.
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <list>
#include <string>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Pair = std::tuple<Tensor, std::string>;

// Two classes that the mean of a picture tells apart.
std::vector<Pair> pictures(int n, std::uint64_t seed) {
  Random random(seed);
  std::vector<Pair> items;
  for (int i = 0; i < n; ++i) {
    bool const bright = random.bernoulli(.5);
    items.emplace_back(at::full({2, 3}, (bright ? 1 : -1) * random.uniform(.5, 1), at::kFloat),
                       bright ? "bright" : "dark");
  }
  return items;
}

struct FlatTensor {  // what the input pipeline makes of a picture
  Tensor encodes(Tensor const& x) const {
    if (x.numel() != 6) throw data_error("flat.size", {.call = "FlatTensor", .got = "a picture of another size"});
    return x.flatten();
  }
};
struct FromText {  // the picture may also come as the text that describes it
  Tensor encodes(std::string const& text) const { return at::full({2, 3}, std::stof(text), at::kFloat); }
};
struct Scale : ItemTransform {  // a batch transform that wants the whole batch
  template <class Batch>
  Batch encodes(Batch batch) const {
    std::get<0>(batch) = std::get<0>(batch) * 2;
    return batch;
  }
};

auto loaders() {
  Datasets const dsets(pictures(40, 1), RandomSplitter{.valid_pct = .2, .seed = 1},
                       pipeline(ItemGetter<0>{}, FlatTensor{}), pipeline(ItemGetter<1>{}, Categorize{}));
  return dataloaders(dsets,
                     {.batch_size = 8,
                      .seed = 1,
                      .plan = WeightedPlan{std::vector<double>(32, 1.)},
                      .valid_plan = WeightedPlan{std::vector<double>(8, 1.)}},
                     batch_tfms(Scale{}));
}

auto trained() {
  set_seed(1);
  Learner learn(loaders(), Sequential(torch::nn::Linear(6, 2)), metrics(accuracy));
  learn.logger = [](auto const&) {};
  learn.fit(2, {.lr = .1});
  return learn;
}

}  // namespace

TEST_CASE(
    "H-45 TR-24 test_dl: a plain vector of images is predicted in order, as the same items with their labels are") {
  auto learn = trained();
  auto const items = pictures(21, 2);
  std::vector<Tensor> images;
  for (auto const& item : items) images.push_back(std::get<0>(item));

  auto const test = learn.dls.test_dl(images);
  CHECK(test.size() == 3);
  static_assert(std::is_same_v<decltype(test)::batch_type, std::tuple<Tensor>>);
  auto const alone = learn.get_preds(test);
  CHECK(alone.preds.sizes() == at::IntArrayRef({21, 2}));
  CHECK_FALSE(alone.targs.defined());
  auto const labelled = learn.get_preds(learn.dls.test_dl(items, with_labels));
  CHECK(at::equal(alone.preds, labelled.preds));
  CHECK(at::equal(alone.preds, learn.get_preds(learn.dls.test_dl(items)).preds));  // raw items, labels not looked at
  CHECK(at::equal(alone.preds,
                  learn.get_preds(learn.dls.test_dl(std::list<Tensor>(images.begin(), images.end()))).preds));
  for (std::size_t i = 0; i < items.size(); ++i)
    CHECK(learn.dls.vocab()[alone.preds[static_cast<std::int64_t>(i)].argmax().item<std::int64_t>()] ==
          std::get<1>(items[i]));
}

TEST_CASE("H-45 test_dl: labels nobody asks for may be missing or new") {
  auto learn = trained();
  auto items = pictures(3, 2);
  std::get<1>(items[1]) = "";
  std::get<1>(items[2]) = "purple";
  CHECK(learn.get_preds(learn.dls.test_dl(items)).preds.size(0) == 3);
  CHECK_THROWS_WITH_AS(learn.get_preds(learn.dls.test_dl(items, with_labels)),
                       doctest::Contains("item 1 of the test items"), data_error);
}

TEST_CASE(
    "H-45 test_dl: a bad item is named when it is read, no items are refused at once, no labels interpret nothing") {
  auto learn = trained();
  std::vector<Tensor> images(12, at::ones({2, 3}));
  images[9] = at::ones({2, 2});
  auto const test = learn.dls.test_dl(images);
  CHECK_THROWS_WITH_AS(learn.get_preds(test), doctest::Contains("item 9 of the test items, batch 1 of epoch 0"),
                       data_error);
  CHECK_THROWS_WITH_AS(learn.dls.test_dl(std::vector<Tensor>()), doctest::Contains("[loader.empty]"), data_error);
  images.resize(4);
  CHECK_THROWS_WITH_AS(ClassificationInterpretation(learn, learn.dls.test_dl(images)),
                       doctest::Contains("no targets; give a loader with targets: test_dl(items, with_labels)"),
                       tensor_error);
}

TEST_CASE("TR-15 test_dl: items may enter the input pipeline at any of its stages") {
  std::vector<std::tuple<std::string, std::string>> items{{"1", "bright"}, {"-1", "dark"}, {".5", "bright"}};
  Datasets const dsets(items, Splits{{0, 1}, {2}}, pipeline(ItemGetter<0>{}, FromText{}),
                       pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {.batch_size = 2});
  auto first = [](auto const& loader) { return std::get<0>(loader.one_batch()); };
  Tensor const expected = first(dls.test_dl(items));
  CHECK(at::equal(first(dls.test_dl(std::vector<std::string>{"1", "-1"})), expected));
  CHECK(at::equal(first(dls.test_dl(std::vector<Tensor>{at::ones({2, 3}), -at::ones({2, 3})})), expected));
}

TEST_CASE("H-45 test_dl: with several inputs an item is a tuple of them") {
  using Triple = std::tuple<double, double, double>;
  std::vector<Triple> const items{{1, 2, 3}, {2, 3, 5}, {4, 4, 8}, {5, 1, 6}};
  auto half = [](double x) { return x / 2; };
  Datasets const dsets(items, Splits{{0, 1, 2}, {3}}, n_inp<2>(), pipeline(ItemGetter<0>{}, half),
                       pipeline(ItemGetter<1>{}), pipeline(ItemGetter<2>{}));
  auto const dls = dataloaders(dsets, {.batch_size = 2});
  auto const [a, b] = dls.test_dl(std::vector<std::tuple<double, double>>{{7, 8}, {9, 10}}).one_batch();
  CHECK(at::equal(a, at::tensor({3.5, 4.5}, at::kDouble)));
  CHECK(at::equal(b, at::tensor({8., 10.}, at::kDouble)));
  auto const [c, d, e] = dls.test_dl(std::vector<Triple>{{7, 8, 15}}, with_labels).one_batch();
  CHECK(c.item<double>() == 3.5);
  CHECK(e.item<double>() == 15);
}
