#include "../train/toy.hpp"
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/foreign_loaders.hpp>
#include <fastxx/mid/data/subset.hpp>
#include <fastxx/mid/inspect/show.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

struct Rows {
  std::size_t size() const { return 6; }
  std::tuple<double, std::string> operator[](std::size_t i) const {
    return {static_cast<double>(i) / 2, i < 3 ? "low" : "high"};
  }
};
auto row_loaders() {
  Splits const splits{{5, 0, 1}, {2, 3, 4}};
  return dataloaders(Rows{}, splits,
                     data_transforms(type_tfms(pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Categorize{}))),
                     {.batch_size = 3, .shuffle = false});
}

// Says "high" (class 0) for what is above one.
struct AboveOneImpl : torch::nn::Module {
  at::Tensor forward(at::Tensor const& x) { return at::stack({x - 1, 1 - x}, 1).to(at::kFloat); }
};
TORCH_MODULE(AboveOne);

struct TensorWords : Semantic<TensorWords, TensorBase> {
  using Semantic::Semantic;
};
struct ToWords {
  TensorWords encodes(double number) const { return TensorWords(at::full({2}, number)); }
};

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

// As a user's header would.
template <>
struct fastxx::overload_for<fastxx::show_batch_set, TensorWords, fastxx::TensorCategory> {
  std::string operator()(auto const& shown) const {
    std::string text;
    for (auto const& [words, label] : shown.samples) text += std::to_string(words.size(0)) + " words: " + label + "\n";
    return text;
  }
};

TEST_CASE("H-25 show_batch: what is no image becomes a table, of at most max_n rows, or a file") {
  auto const dls = row_loaders();
  CHECK(show_batch(dls) ==
        "input  target\n"
        "2.5    high\n"
        "0      low\n"
        "0.5    low\n");
  CHECK(has(show_batch(dls, "", {.max_n = 1}), "2.5    high\n"));
  CHECK(!has(show_batch(dls, "", {.max_n = 1}), "0.5"));
  auto const path = std::filesystem::temp_directory_path() / "fastxx-show-test.txt";
  CHECK(show_batch(dls, path) == path.string());
  std::ifstream file(path);
  std::string first;
  std::getline(file, first);
  CHECK(first == "input  target");
  std::filesystem::remove(path);
}

TEST_CASE("H-25 show_batch is an open set: a user's pair of types shows itself") {
  auto const dls = dataloaders(
      Rows{}, Splits{{5, 0, 1}, {2, 3, 4}},
      data_transforms(type_tfms(pipeline(ItemGetter<0>{}, ToWords{}), pipeline(ItemGetter<1>{}, Categorize{}))),
      {.batch_size = 3, .shuffle = false});
  CHECK(show_batch(dls) == "2 words: high\n2 words: low\n2 words: low\n");
}

TEST_CASE("H-27 show_results: targets and predictions of a batch of the validation data") {
  Learner learn(row_loaders(), AboveOne(), loss_func(CrossEntropyLossFlat{}));
  std::string const table = show_results(learn);
  CHECK(has(table, "input  target  prediction\n"));
  CHECK(has(table, "\n1      low     "));
  CHECK(has(table, "\n1.5    high    high\n"));
  CHECK(has(table, "\n2      high    high\n"));
  CHECK(learn.dls.valid().epoch() == 0);
}

TEST_CASE("show_batch of somebody else's batches: their first, element by element") {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{{at::eye(2), at::tensor({7, 8})}};
  auto dls = loaders_of(batches, batches);
  CHECK(show_batch(dls) ==
        "input  target\n"
        "1 0    7\n"
        "0 1    8\n");
}

namespace {

struct Shift {  // by what is drawn for each item
  static constexpr int split_idx = Split::train;
  double draw(auto const&, Random& random) const { return random.uniform(); }
  double encodes(double x, double by) const { return x + by; }
};
struct BrightImages {
  std::size_t size() const { return 4; }
  std::tuple<TensorImageBW, std::int64_t> operator[](std::size_t i) const {
    return {TensorImageBW(at::full({1, 4, 4}, static_cast<float>(i) / 4)), static_cast<std::int64_t>(i % 2)};
  }
  std::vector<std::string> classes() const { return {"even", "odd"}; }
};

}  // namespace

TEST_CASE("H-25 show_batch, unique: the first item again and again, as what is random makes it each time") {
  Splits const splits{{5, 0, 1}, {2, 3, 4}};
  auto const dls =
      dataloaders(Rows{}, splits,
                  data_transforms(type_tfms(pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Categorize{})),
                                  item_tfms(Shift{})),
                  {.batch_size = 3});
  std::string const table = show_batch(dls, "", {.max_n = 5, .unique = true});
  CAPTURE(table);
  std::set<std::string> lines;
  std::istringstream text(table);
  std::string line;
  for (std::getline(text, line); std::getline(text, line);) lines.insert(line);
  CHECK(lines.size() == 5);  // all differ
  for (std::string const& one : lines) CHECK(has(one, "high"));
  CHECK(show_batch(row_loaders(), "", {.max_n = 2, .unique = true}) ==
        "input  target\n"
        "2.5    high\n"
        "2.5    high\n");
  auto const images = from_dsets(BrightImages{}, BrightImages{}, {.batch_size = 2});
  auto const path = std::filesystem::temp_directory_path() / "fastxx-show-unique.png";
  CHECK(show_batch(images, path, {.unique = true}) == path.string());
  CHECK(std::filesystem::file_size(path) > 500);
  std::filesystem::remove(path);
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{{at::eye(2), at::tensor({7, 8})}};
  CHECK_THROWS_WITH_AS(show_batch(loaders_of(batches, batches), "", {.unique = true}),
                       doctest::Contains("[show.unique]"), data_error);
}

TEST_CASE("H-55 P-05 show_batch, show_results: classes of foreign datasets are called by their names") {
  auto const batch = std::tuple(at::tensor({0., 2.}, at::kDouble), at::tensor({1, 0}));
  std::vector const batches{batch};
  auto dls = loaders_of(batches, batches);
  dls.set_class_names({"high", "low"});
  CHECK(show_batch(dls) ==
        "input  target\n"
        "0      low\n"
        "2      high\n");
  Learner learn(dls, AboveOne(), loss_func(CrossEntropyLossFlat{}));
  CHECK(has(show_results(learn),
            "0      low     low\n"
            "2      high    high\n"));
  std::vector<std::tuple<double, std::int64_t>> const items{{0, 1}, {2, 7}};  // no name for 7
  auto own = from_dsets(items, items, {.batch_size = 2, .shuffle = false});
  own.set_class_names({"high", "low"});
  CHECK(has(show_batch(own), "0      low\n2      7\n"));
  auto numbered =
      dataloaders(Datasets(items, Splits{{0, 1}, {0}}, pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{})),
                  {.batch_size = 2, .shuffle = false});
  CHECK(has(show_batch(numbered), "0      1\n"));
  numbered.set_class_names({"high", "low"});
  CHECK(has(show_batch(numbered), "0      low\n"));
  std::vector<TitledImage> images;
  auto const picture = TensorImageBW(at::zeros({1, 4, 4}));
  fastxx::detail::show_result<1>(images, std::tuple(picture, at::tensor(1)), at::tensor(0), {"cat", "dog"});
  CHECK(images[0].title == "dog\ncat");
  CHECK(images[0].title_colour == colours::red);
  CHECK(fastxx::detail::show_elements<0, 2, 1>(std::tuple(picture, std::int64_t{1}), ImageCell{}, {"cat", "dog"})
            .cell.title == "dog");
}

TEST_CASE("no samples at all are refused in one sentence, of a table as of images") {
  auto const path = std::filesystem::temp_directory_path() / "fastxx-show-none.png";
  std::filesystem::remove(path);  // of a run that failed
  ShowOptions const none{.max_n = 0};
  CHECK_THROWS_WITH_AS(show_batch(row_loaders(), path, none), doctest::Contains("[show.max_n] show_batch"), data_error);
  Learner learn(row_loaders(), AboveOne(), loss_func(CrossEntropyLossFlat{}));
  CHECK_THROWS_WITH_AS(show_results(learn, path, none), doctest::Contains("[show.max_n] show_results"), data_error);
  std::vector const batches{std::tuple(TensorImageBW(at::zeros({2, 1, 8, 8})), at::tensor({1, 2}))};
  CHECK_THROWS_WITH_AS(show_batch(loaders_of(batches, batches), path, none), doctest::Contains("[show.max_n]"),
                       data_error);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("show_batch of images wants a path") {
  auto const batch = std::tuple(TensorImageBW(at::zeros({2, 1, 8, 8})), at::tensor({1, 2}));
  std::vector const batches{batch};
  auto dls = loaders_of(batches, batches);
  CHECK_THROWS_WITH_AS(show_batch(dls), doctest::Contains("[show.path]"), data_error);
  auto const path = std::filesystem::temp_directory_path() / "fastxx-show-test.png";
  CHECK(show_batch(dls, path) == path.string());
  CHECK(std::filesystem::file_size(path) > 500);
  std::filesystem::remove(path);
}

TEST_CASE("a cell: images side by side, a mask over the last, texts as lines") {
  ImageCell cell;
  cell.image(at::zeros({1, 2, 3}, at::kByte));
  CHECK((cell.cell.image.scalar_type() == at::kByte));  // one image stays as it is
  cell.image(at::full({1, 4, 2}, 255, at::kByte));
  CHECK(cell.cell.image.sizes() == at::IntArrayRef({3, 4, 7}));
  CHECK(cell.cell.image[0][0][0].item<float>() == 0);
  CHECK(cell.cell.image[0][3][0].item<float>() == 1);  // below the lower image there is paper
  cell.title("one"), cell.title("two");
  CHECK(cell.cell.title == "one\ntwo");

  ImageCell masked;
  masked.image(at::zeros({1, 2, 2}, at::kByte));
  masked.mask(at::tensor({0, 0, 1, 1}).view({2, 2}));
  CHECK(masked.layers == 2);
  auto const image = masked.cell.image;
  CHECK(image.sizes() == at::IntArrayRef({3, 2, 2}));
  CHECK(image[2][0][0].item<float>() == doctest::Approx(colours::blue.blue / 510.));
  CHECK(image[0][1][0].item<float>() == doctest::Approx(colours::orange.red / 510.));
  // A semantic mask shows itself that way; after it the image below is still itself.
  auto const shown = TensorMask(at::zeros({2, 2}, at::kLong)).show(ImageCell{});
  CHECK(shown.layers == 1);
}

TEST_CASE("H-27 results on images: texts are green or red, masks stand beside each other") {
  std::vector<TitledImage> images;
  auto const picture = TensorImageBW(at::zeros({1, 4, 4}));
  fastxx::detail::show_result<1>(images, std::tuple(picture, TitledStr("cat")), TitledStr("cat"));
  fastxx::detail::show_result<1>(images, std::tuple(picture, TitledStr("cat")), TitledStr("dog"));
  CHECK(images[0].title == "cat\ncat");
  CHECK(images[0].title_colour == colours::green);
  CHECK(images[1].title == "cat\ndog");
  CHECK(images[1].title_colour == colours::red);
  TensorMask const truth(at::zeros({4, 4}, at::kLong)), guess(at::ones({4, 4}, at::kLong));
  fastxx::detail::show_result<1>(images, std::tuple(picture, truth), guess);
  REQUIRE(images.size() == 4);
  CHECK(images[2].title == "target");
  CHECK(images[3].title == "prediction");
  CHECK(!at::equal(images[2].image, images[3].image));
}

TEST_CASE("show_batch: whole numbers stay whole, tuples in tuples have a text") {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const batches{
      {at::tensor({std::int64_t{1234567}, std::int64_t{1234568}}), at::tensor({7, 8})}};
  auto dls = loaders_of(batches, batches);
  CHECK(has(show_batch(dls), "1234567  7\n1234568  8\n"));
  using Nested = std::tuple<std::tuple<double, int>, std::int64_t>;
  std::vector<Nested> const items{{{1.5, 2}, 3}, {{2.5, 3}, 4}};
  using Loader = DataLoader<std::vector<Nested>>;
  DataLoaders const nested(std::vector{Loader(items, {.batch_size = 2}), Loader(items, {.batch_size = 2})});
  CHECK(has(show_batch(nested), "3\n"));
}

TEST_CASE("text_table: columns as wide as their characters, long and hostile cells on one line") {
  CHECK(text_table({"a", "bb"}, {{"ü", "x"}, {"long", "line\nbreak\x1b[2J"}}) ==
        "a     bb\n"
        "ü     x\n"
        "long  line break [2J\n");
  CHECK(text_table({"a"}, {{"0123456789"}}, 8) == "a\n01234...\n");
  CHECK(text_table({"a"}, {{"ääääääääää"}}, 8) == "a\näääää...\n");
}
