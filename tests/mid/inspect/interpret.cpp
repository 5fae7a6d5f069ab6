// Interpretation of foreign datasets and networks: class names at run time, regression.
#include "../../errors.hpp"
#include "../../parity/metrics.hpp"
#include "../../temporary_folder.hpp"
#include "../train/toy.hpp"
#include <fastxx/mid/data/foreign_loaders.hpp>
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/inspect/segmentation.hpp>
#include <fastxx/mid/metrics.hpp>

#include <cmath>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Item = std::tuple<at::Tensor, std::int64_t>;
using Loader = DataLoader<std::vector<Item>>;

// Items whose input is the scores themselves: item 2 is taken for class 2, all others are right.
std::vector<Item> scored() {
  std::vector<Item> items;
  for (std::int64_t truth : {0, 1, 1, 2})
    items.emplace_back(at::one_hot(at::tensor({truth}), 3)[0].to(at::kFloat), truth);
  std::get<0>(items[2]) = at::tensor({0.F, 0.F, 1.F});
  return items;
}
DataLoaders<Loader> score_loaders(bool shuffle = false) {
  return DataLoaders(std::vector<Loader>{Loader(scored(), {.batch_size = 3, .shuffle = shuffle}),
                                         Loader(scored(), {.batch_size = 3})});
}
struct NothingImpl : torch::nn::Module {
  at::Tensor forward(at::Tensor const& x) { return x; }
};
TORCH_MODULE(Nothing);

// Batches whose inputs are the scores of what a model predicts.
auto predicting(std::vector<std::int64_t> const& predicted, std::vector<std::int64_t> const& actual, std::int64_t c) {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{
      {at::one_hot(at::tensor(predicted), c).to(at::kFloat), at::tensor(actual)}};
  return Learner(loaders_of(batches, batches), Nothing(), loss_func(CrossEntropyLossFlat{}));
}

// Scores (3,2,4) of pictures that say these classes, and their masks. The model gives them as they are.
at::Tensor mask(std::vector<std::int64_t> const& classes) { return at::tensor(classes).view({2, 4}); }
toy::Item picture(std::vector<std::int64_t> const& predicted, std::vector<std::int64_t> const& actual) {
  return {at::one_hot(mask(predicted), 3).permute({2, 0, 1}).to(at::kFloat), mask(actual)};
}
std::vector<toy::Item> pictures() {
  return {picture({0, 0, 1, 1, 0, 0, 1, 1}, {0, 0, 1, 1, 0, 0, 1, 1}),
          picture({0, 1, 1, 1, 0, 1, 1, 1}, {0, 0, 1, 1, 0, 0, 255, 255}),
          picture({1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 1, 1, 1})};
}
template <class Loss>
auto segmenting(std::vector<toy::Item> const& items, Loss loss) {
  DataLoader const loader(items, {.batch_size = 2});
  DataLoaders const dls(std::vector{loader, loader});
  return Learner(dls, Sequential(torch::nn::Identity()), loss_func(loss));
}
CrossEntropyLossFlat const of_pixels{.axis = 1, .ignore_index = 255};

// Sees what the metrics of a batch share.
struct Accumulating {
  void reset() {}
  void accumulate(TrainState const& learn) { CHECK(learn.classes != nullptr); }
  MetricValue value() const { return 0; }
};

// The pictures of a row.
struct OfRows : SegmentationReport {
  using SegmentationReport::SegmentationReport;
  std::vector<TitledImage> row(std::int64_t number) const {
    std::vector<TitledImage> images;
    ImageCell input;
    input.image(at::zeros({3, 2, 4}));
    add_row(images, input, number, .25);
    return images;
  }
};

}  // namespace

TEST_CASE("H-55 interpretation: a foreign dataset has numbers for class names, until it is given names") {
  Learner learn(score_loaders(), Nothing(), loss_func(CrossEntropyLossFlat{}));
  ClassificationInterpretation const numbered(learn);
  CHECK(numbered.vocab() == std::vector<std::string>{"0", "1", "2"});
  CHECK(numbered.accuracy() == .75);
  learn.dls.set_class_names({"cat", "dog", "owl"});
  ClassificationInterpretation const named(learn);
  auto const confused = named.most_confused();
  REQUIRE(confused.size() == 1);
  CHECK(confused[0].actual == "dog");
  CHECK(confused[0].predicted == "owl");
  CHECK(named.top_losses_table(1).find("dog     owl\n") != std::string::npos);
  CHECK(numbered.top_losses_table(1).find("1       2\n") != std::string::npos);
  auto const path = std::filesystem::temp_directory_path() / "fastxx_interpret_test.png";
  CHECK(std::filesystem::exists(named.plot_confusion_matrix(path)));
  std::filesystem::remove(path);
}

TEST_CASE("TR-17 interpretation of a shuffled training loader: all items, in the order of the dataset") {
  Learner learn(score_loaders(/*shuffle=*/true), Nothing(), loss_func(CrossEntropyLossFlat{}));
  ClassificationInterpretation const interp(learn, learn.dls.train());
  CHECK(interp.predictions().preds.size(0) == 4);
  CHECK(interp.top_losses(1).second.item<std::int64_t>() == 2);
  CHECK_THROWS_WITH_AS(interp.top_losses(-1), doctest::Contains("[interpret.count]"), state_error);
  std::string const table = interp.top_losses_table(1);
  CHECK(table.find("\n2  ") != std::string::npos);  // item 2: class 1, taken for 2
}

TEST_CASE("regression: the largest losses as a table") {
  auto learn = toy::learner();
  Interpretation const interp(learn);
  CHECK(interp.top_losses(2).second[0].item<std::int64_t>() == 3);
  CHECK(interp.top_losses_table(1) ==
        "item  loss   target  prediction\n"
        "3     57.76  7.6     0\n");
  CHECK_THROWS_WITH_AS((ClassificationInterpretation(learn)), doctest::Contains("[interpret.classes]"), tensor_error);
}

TEST_CASE("interpretation of somebody else's loaders") {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{{at::eye(3), at::tensor({0, 1, 1})}};
  Learner learn(loaders_of(batches, batches), Nothing(), loss_func(CrossEntropyLossFlat{}));
  learn.dls.set_class_names({"cat", "dog", "owl"});
  ClassificationInterpretation const interp(learn);
  CHECK(interp.most_confused().at(0).predicted == "owl");
}

TEST_CASE(
    "classification report: scikit-learn's text, of classes that are never predicted and of one that is nowhere") {
  auto const numbers = [](auto const& values) {
    return std::vector<std::int64_t>(std::begin(values), std::end(values));
  };
  auto learn = predicting(numbers(parity::report_predictions), numbers(parity::report_targets), 5);
  learn.dls.set_class_names({"cat", "dog", "owl", "pangolin", "platypuses of all sorts"});
  ClassificationInterpretation const interp(learn);
  CHECK(interp.classification_report() == parity::report);
  auto const scores = interp.scores();
  CHECK(scores.classes.at(1).recall == 1);
  CHECK(scores.classes.at(1).precision == .5);
  CHECK(scores.classes.at(3).seen() == false);
  CHECK(scores.classes.at(2).seen() == true);
  CHECK(scores.macro_avg.f1 == doctest::Approx((.5 + 2. / 3 + 0 + 0 + .75) / 5));
  CHECK(scores.seen_avg.f1 == doctest::Approx((.5 + 2. / 3 + 0 + .75) / 4));
  CHECK(scores.weighted_avg.support == 12);
  CHECK(interp.accuracy() == scores.accuracy);
  auto two = predicting({0, 1, 1, 1, 1}, {0, 0, 1, 1, 1}, 2);
  two.dls.set_class_names({"no", "yes"});
  ClassificationInterpretation const seen(two);
  CHECK(seen.classification_report() == parity::report_of_seen);
  CHECK(seen.classification_report(4).find("yes     0.7500    1.0000    0.8571         3\n") != std::string::npos);
  CHECK(key_of([&] { seen.classification_report(-1); }) == "interpret.digits");
  CHECK(key_of([&] { seen.classification_report(16); }) == "interpret.digits");
  auto const changed = seen.confusion_matrix();
  changed.zero_();
  CHECK(seen.accuracy() == .8);  // what is given is a copy
}

TEST_CASE("interpretation: targets that are no classes are refused, and a matrix without names") {
  for (std::int64_t wrong : {-100, 2}) {
    auto learn = predicting({0, 1}, {0, 1}, 2);
    learn.loss_func = decltype(learn.loss_func)(CrossEntropyLossFlat{.ignore_index = wrong});
    std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{{at::eye(2), at::tensor({std::int64_t{0}, wrong})}};
    CHECK(key_of([&] { ClassificationInterpretation(learn, batches); }) == "interpret.classes");
  }
  CHECK(key_of([] { class_scores(at::ones({2, 2}), {"a"}); }) == "interpret.matrix");
  CHECK(key_of([] { class_scores(at::Tensor(), {"a"}); }) == "interpret.matrix");
  auto const none = class_scores(at::zeros({2, 2}, at::kLong), {"a", "b"});
  CHECK(std::isnan(none.accuracy));
  CHECK(none.seen_avg.iou == 0);
}

TEST_CASE("segmentation: overlap of each class over all pixels but those that are ignored; scores are not kept") {
  auto learn = segmenting(pictures(), of_pixels);
  learn.dls.set_class_names({"sky", "tree", "bird"});
  SegmentationInterpretation const interp(learn, {.ignore_index = 255});
  // sky: 4 + 2 hits, 2 + 5 misses; tree: 4 + 2 + 3 hits, 7 false alarms.
  CHECK(at::equal(interp.confusion_matrix(), at::tensor({6, 7, 0, 0, 9, 0, 0, 0, 0}, at::kLong).view({3, 3})));
  CHECK(interp.segmentation_report() ==
        "                   IoU      Dice precision    recall       pixels\n\n"
        "         sky      0.46      0.63      1.00      0.46           13\n"
        "        tree      0.56      0.72      0.56      1.00            9\n"
        "        bird         -         -         -         -            0\n\n"
        "        mean      0.51      0.68      0.78      0.73           22\n"
        "right pixels                                    0.68           22\n");
  auto const metric = [&](auto make) { return *make({.ignore_index = 255})(interp.masks(), interp.targets()); };
  CHECK(interp.scores().seen_avg.iou == doctest::Approx(metric(JaccardCoeffMulti)));
  CHECK(interp.scores().seen_avg.f1 == doctest::Approx(metric(DiceMulti)));
  CHECK(interp.most_confused().at(0).actual == "sky");
  CHECK(interp.predictions().preds.sizes() == at::IntArrayRef({0, 3, 2, 4}));
  CHECK(interp.masks().element_size() == 1);
  CHECK(interp.masks().sizes() == at::IntArrayRef({3, 2, 4}));
  CHECK(interp.top_losses(1).second.item<std::int64_t>() == 2);
  std::string const table = interp.top_losses_table(3);
  CHECK(table.find("item  loss    right pixels  mean IoU\n2     ") == 0);
  CHECK(table.find("  0.3750        0.1875\n1     ") != std::string::npos);
  CHECK(table.find("  0.6667        0.5000\n0     ") != std::string::npos);
  CHECK(key_of([&] { interp.segmentation_report(16); }) == "interpret.digits");
}

TEST_CASE("segmentation: a picture has the input, the mask and what is predicted; ignored pixels are white") {
  auto learn = segmenting(pictures(), of_pixels);
  auto const folder = temporary_folder("segmentation");
  SegmentationInterpretation const interp(learn, {.ignore_index = 255});
  auto const path = folder / "top.png";
  CHECK(interp.plot_top_losses(2, path, {.grid = {.columns = 1}}) == path.string());
  CHECK(std::filesystem::file_size(path) > 1000);
  if (!std::getenv("FASTXX_KEEP")) std::filesystem::remove_all(folder);
  OfRows const rows(learn, learn.dls.valid(), {.ignore_index = 255});
  auto const images = rows.row(1);
  REQUIRE(images.size() == 3);
  CHECK(images[0].title == "input 1");
  CHECK(images[1].title == "target");
  CHECK(images[2].title == "prediction, loss 0.2500");
  auto const pixel = [&](std::size_t image, std::int64_t y, std::int64_t x) {
    return images[image].image.select(1, y).select(1, x);
  };
  for (std::size_t image : {1U, 2U}) {
    CHECK(at::equal(pixel(image, 1, 3), at::ones({3})));
    CHECK(at::equal(pixel(image, 0, 3), pixel(image, 0, 2)));
    CHECK(!at::equal(pixel(image, 0, 3), pixel(image, 0, 0)));
  }
  CHECK(!at::equal(pixel(1, 0, 1), pixel(2, 0, 1)));  // predicted to be another class
}

TEST_CASE("segmentation: two classes from one output, masks with a channel and of numbers") {
  auto items = pictures();
  for (auto& [scores, target] : items) {
    scores = scores.select(0, 1).unsqueeze(0) * 2 - 1;
    target = target.eq(1).to(at::kFloat).unsqueeze(0);
  }
  auto learn = segmenting(items, BCEWithLogitsLossFlat{});
  SegmentationInterpretation const interp(learn);
  CHECK(interp.vocab() == std::vector<std::string>{"0", "1"});
  // The ignored pixels are of class 0 here, and predicted to be of class 1.
  CHECK(at::equal(interp.confusion_matrix(), at::tensor({6, 9, 0, 9}, at::kLong).view({2, 2})));
  auto const folder = temporary_folder("segmentation");
  CHECK(std::filesystem::exists(interp.plot_top_losses(9, folder / "top.png")));
  if (!std::getenv("FASTXX_KEEP")) std::filesystem::remove_all(folder);
}

TEST_CASE("segmentation: an index that no byte can be ignores no class") {
  auto const classes = at::tensor({156, 156, 3}, at::kLong).view({1, 3});
  auto learn = segmenting({{at::one_hot(classes, 200).permute({2, 0, 1}).to(at::kFloat), classes}},
                          CrossEntropyLossFlat{.axis = 1});
  for (std::int64_t index : {-100, 412}) {  // both end in the byte 156
    SegmentationInterpretation const interp(learn, {.ignore_index = index});
    CHECK(interp.masks().element_size() == 1);
    CHECK(interp.confusion_matrix()[156][156].item<std::int64_t>() == 2);
    OfRows const rows(learn, learn.dls.valid(), {.ignore_index = index});
    CHECK(!at::equal(rows.row(0)[1].image.select(1, 0).select(1, 0), at::ones({3})));
  }
}

TEST_CASE("segmentation: pictures of one pixel, one row, one column are drawn") {
  for (std::vector<std::int64_t> const& size : {std::vector<std::int64_t>{1, 1}, {1, 4}, {4, 1}}) {
    ImageCell cell;
    cell.mask(at::ones(size, at::kLong).unsqueeze(0));
    CHECK(cell.cell.image.sizes() == at::IntArrayRef({3, size[0], size[1]}));
  }
}

TEST_CASE("segmentation: what gives no masks is refused") {
  auto const key = [](std::vector<toy::Item> const& items, auto loss) {
    auto learn = segmenting(items, loss);
    return key_of([&] { SegmentationInterpretation interp(learn); });
  };
  CHECK(key(pictures(), of_pixels) == "interpret.classes");  // 255
  CHECK(key({{at::zeros({3}), at::tensor(1)}}, CrossEntropyLossFlat{}) == "interpret.masks");
  auto smooth = pictures();
  for (auto& [scores, target] : smooth) scores = scores.slice(0, 0, 1), target = at::full({1, 2, 4}, .5F);
  CHECK(key(smooth, BCEWithLogitsLossFlat{}) == "interpret.masks");
  CHECK(key(smooth, MSELossFlat{}) == "interpret.masks");  // its predictions are numbers
  auto learn = segmenting(pictures(), of_pixels);
  std::vector<std::tuple<at::Tensor>> const unlabelled{{std::get<0>(pictures()[0]).unsqueeze(0)}};
  CHECK(key_of([&] { SegmentationReport(learn, unlabelled); }) == "interpret.masks");
}

TEST_CASE("sample_weight: in a Learner, for its own validation; get_preds reads any other set") {
  auto const weighted = [](at::Tensor const& w) {
    Learner learn(score_loaders(), Nothing(), loss_func(CrossEntropyLossFlat{}),
                  metrics(HammingLoss({.sample_weight = w}), HammingLoss(), Accumulating{}));
    return learn;
  };
  auto learn = weighted(at::tensor({1, 1, 5, 3}));
  auto const row = learn.validate();
  CHECK(row.at(1) == MetricValue(.5));  // item 2 is wrong
  CHECK(row.at(2) == MetricValue(.25));
  CHECK(learn.classes == nullptr);
  std::vector<std::tuple<at::Tensor, at::Tensor>> const two{{at::eye(3).slice(0, 0, 2), at::tensor({0, 1})}};
  CHECK(learn.get_preds(two).preds.size(0) == 2);
  CHECK(ClassificationInterpretation(learn, two).accuracy() == 1);
  CHECK(key_of([&] { learn.validate(two); }) == "metric.weights");
  CHECK(learn.classes == nullptr);
  CHECK(learn.validate().at(1) == MetricValue(.5));
  // Nobody knows which weight belongs to which item of a shuffled loader.
  CHECK(key_of([&] { learn.validate(Loader(scored(), {.batch_size = 2, .shuffle = true})); }) == "metric.weights");
  CHECK(learn.validate(Loader(scored(), {.batch_size = 2})).at(1) == MetricValue(.5));
  auto short_of_one = weighted(at::tensor({1, 1, 5}));
  CHECK(key_of([&] { short_of_one.validate(); }) == "metric.weights");
}
