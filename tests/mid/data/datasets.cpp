#include "../../errors.hpp"
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Pair = std::tuple<int, std::string>;
std::vector<Pair> const pairs{{1, "b"}, {2, "a"}, {3, "b"}, {4, "c"}, {5, "a"}};

auto lettered(std::vector<Pair> items, Splits splits) {
  return Datasets(std::move(items), std::move(splits), pipeline(ItemGetter<0>{}, [](int x) { return x * 10; }),
                  pipeline(ItemGetter<1>{}, Categorize{}));
}

struct ThreeNumbers : std::vector<std::tuple<int, int, int>> {
  static constexpr std::size_t n_inp = 1;
};

struct CenterFirst {  // subtracts the mean of what it has seen
  double mean = 0;
  void setups(auto const& items) {
    for (std::size_t i = 0; i < items.size(); ++i)
      mean += static_cast<double>(std::get<0>(items[i])) / static_cast<double>(items.size());
  }
  double encodes(int x) const { return x - mean; }
};

struct Halve {
  static constexpr int split_idx = Split::train;
  Tensor encodes(Tensor const& x) const { return x.is_floating_point() ? x / 2 : x; }
};

}  // namespace

TEST_CASE("H-18 TR-16 splitter: with a seed the split is the one fastai makes, the global generator stays") {
  // fastai 2.7.18: RandomSplitter(.2, seed=42)(range(10)), that is torch.manual_seed(42); torch.randperm(10)
  Splits const splits = RandomSplitter{.valid_pct = .2, .seed = 42}(std::vector<int>(10));
  CHECK(splits[1] == std::vector<std::int64_t>{2, 6});
  CHECK(splits[0] == std::vector<std::int64_t>{1, 8, 4, 5, 0, 9, 3, 7});
  at::manual_seed(5);
  auto const expected = at::rand({3});
  at::manual_seed(5);
  RandomSplitter{.seed = 1}(std::vector<int>(10));
  CHECK(at::equal(at::rand({3}), expected));
}

TEST_CASE("H-18 splitter: valid_pct of n, rounded down, and its bad values") {
  CHECK(RandomSplitter{.valid_pct = .25}(std::vector<int>(10))[1].size() == 2);
  CHECK(RandomSplitter{}(std::vector<int>(10))[1].size() == 2);
  CHECK(key_of([] { RandomSplitter{.valid_pct = 20}(std::vector<int>(10)); }) == "random_splitter.pct");
  CHECK(key_of([] { RandomSplitter{.valid_pct = -.1}(std::vector<int>(10)); }) == "random_splitter.pct");
}

TEST_CASE("splitter: IndexSplitter keeps the order and refuses what is no item") {
  CHECK(IndexSplitter{{3, 1}}(std::vector<int>(4)) == Splits{{0, 2}, {3, 1}});
  CHECK(key_of([] { IndexSplitter{{4}}(std::vector<int>(4)); }) == "index_splitter.range");
}

TEST_CASE("category: names sorted, found both ways, #na# first when asked for") {
  CategoryMap const map({"b", "c", "a", "b"});
  CHECK(map.names() == std::vector<std::string>{"a", "b", "c"});
  CHECK(map.find("c") == 2);
  CHECK(map.find("d") == -1);
  CHECK(CategoryMap({"b", "a"}, false).names() == std::vector<std::string>{"b", "a"});
  CHECK(CategoryMap({"b"}, true, true).names() == std::vector<std::string>{"#na#", "b"});
}

TEST_CASE("category: whole numbers are labels too, sorted by value, and so are truths and letters") {
  using Names = std::vector<std::string>;
  Categorize learned;
  learned.setups(std::vector<int>{10, 2, -3, -20, 2, 100, -30, 3});
  CHECK(learned.vocab.names() == Names{"-30", "-20", "-3", "2", "3", "10", "100"});
  CHECK(learned.encodes(10) == Category{5});
  CHECK(learned.encodes(std::uint8_t{2}) == Category{3});
  CHECK(learned.encodes("2") == Category{3});
  CHECK(learned.decodes(Category{6}) == "100");
  CHECK(key_of([&] { learned.encodes(7); }) == "categorize.unseen");
  CHECK(Categorize{.vocab = {10, 2}}.vocab.names() == Names{"2", "10"});
  CHECK(Categorize{.vocab = {10, 2}, .sort = false}.vocab.names() == Names{"10", "2"});
  CHECK(Categorize{.vocab = {10, 2}, .add_na = true}.vocab.names() == Names{"#na#", "2", "10"});
  Categorize in_order{.sort = false};
  in_order.setups(std::vector<int>{10, 2});
  CHECK(in_order.vocab.names() == Names{"10", "2"});
  Categorize truths, letters;
  truths.setups(std::vector<bool>{true, false});
  CHECK(truths.encodes(true) == Category{1});
  CHECK(truths.vocab.names() == Names{"false", "true"});
  letters.setups(std::vector<char>{'b', 'a'});
  CHECK(letters.encodes('b') == Category{1});
  static_assert(!Encodes<Categorize, double> && !Encodes<Categorize, Category> && !Encodes<Categorize, char const*>);
}

TEST_CASE("category: what is no label teaches no classes, in one sentence") {
  std::vector<std::tuple<double, std::string>> const items{{1, "a"}, {2, "b"}};
  CHECK(key_of([&] { Categorize{}.setups(items); }) == "categorize.labels");
  Categorize given{.vocab = {"a", "b"}};
  given.setups(items);
  CHECK(given.c() == 2);
}

TEST_CASE("category: labels to indices and back; an unseen label is named, or 0 with add_na") {
  Categorize categorize{.vocab = CategoryMap({"cat", "dog"})};
  CHECK(categorize.encodes("dog") == Category{1});
  CHECK(categorize.decodes(Category{0}) == "cat");
  CHECK(categorize.decodes(TensorCategory(at::tensor(1))) == "dog");
  CHECK(key_of([&] { categorize.decodes(Category{2}); }) == "categorize.index");
  try {
    categorize.encodes("cow");
    FAIL("an unseen label was taken");
  } catch (data_error const& e) {
    std::string const text = e.what();
    CHECK(e.key() == "categorize.unseen");
    CHECK(text.find("'cow'") != std::string::npos);
    CHECK(text.find("cat, dog") != std::string::npos);
  }
  CHECK(Categorize{.vocab = CategoryMap({"cat"}, true, true), .add_na = true}.encodes("cow") == Category{0});
}

TEST_CASE(
    "category: add_na puts #na# first, before a vocabulary that is given too; each other name keeps its meaning") {
  using Names = std::vector<std::string>;
  Categorize const given{.vocab = CategoryMap({"dog", "cat"}, false), .add_na = true};
  CHECK(given.vocab.names() == Names{"#na#", "dog", "cat"});
  CHECK(given.encodes("bird") == Category{0});
  CHECK(given.encodes("dog") == Category{1});
  CHECK(given.decodes(Category{0}) == "#na#");
  CHECK(given.c() == 3);
  Categorize const copy = given;
  CHECK(copy.vocab.names() == given.vocab.names());
  Categorize learned{.add_na = true};
  CHECK(learned.vocab.empty());
  learned.setups(Names{"b", "a", "b"});
  CHECK(learned.vocab.names() == Names{"#na#", "a", "b"});
  CHECK(learned.encodes("c") == Category{0});
  CHECK(Categorize{.vocab = CategoryMap({"x", "#na#"}, false), .add_na = true}.vocab.names() == Names{"#na#", "x"});
  Categorize late{.vocab = CategoryMap({"dog", "cat"})};
  late.add_na = true;  // too late for the vocabulary, so no name is taken for it
  CHECK(key_of([&] { late.encodes("bird"); }) == "categorize.unseen");
}

TEST_CASE("category: a vocabulary may be a list of names, which .sort puts in order as fastai does") {
  using Names = std::vector<std::string>;
  CHECK(Categorize{.vocab = {"dog", "cat"}}.vocab.names() == Names{"cat", "dog"});
  CHECK(Categorize{.vocab = {"dog", "cat"}, .sort = false}.vocab.names() == Names{"dog", "cat"});
  CHECK(Categorize{.vocab = {"dog", "cat"}, .add_na = true}.vocab.names() == Names{"#na#", "cat", "dog"});
  CHECK(Categorize{.vocab = {"dog"}}.vocab.names() == Names{"dog"});
  Names const names{"dog", "cat", "dog"};
  CHECK(Categorize{.vocab = names, .sort = false, .add_na = true}.vocab.names() == Names{"#na#", "dog", "cat"});
  CHECK(Categorize{.vocab = CategoryMap(names, false)}.vocab.names() == Names{"dog", "cat"});  // in order already
  CHECK(Categorize{.vocab = {}}.vocab.empty());
}

TEST_CASE("TR-09 datasets: the vocabulary comes from the training items alone; another label is refused at once") {
  auto const dsets = lettered(pairs, {{0, 1}, {2, 4}});
  CHECK(std::get<1>(dsets.pipelines()).get<Categorize>().vocab.names() == std::vector<std::string>{"a", "b"});
  try {
    lettered(pairs, {{0, 1, 2}, {4, 3}});  // "c" is only in the validation items
    FAIL("a label that only a validation item has was taken");
  } catch (data_error const& e) {
    CHECK(e.key() == "categorize.unseen");
    CHECK(e.parts().got == "'c'");
    CHECK(e.parts().where == "item 3 of the dataset (item 1 of the validation subset)");
  }
}

TEST_CASE("category: an empty label is refused with its item, unless it is a class") {
  std::vector<Pair> const items{{1, "a"}, {2, ""}, {3, "a"}};
  try {
    lettered(items, {{0, 1}, {2}});
    FAIL("an empty label was taken");
  } catch (data_error const& e) {
    CHECK(e.key() == "categorize.empty");
    CHECK(e.parts().where == "item 1 of the dataset (item 1 of the training subset)");
  }
  Datasets const dsets(items, Splits{{0, 1}, {2}}, pipeline(ItemGetter<1>{}, Categorize{.allow_empty = true}));
  CHECK(dsets.train()[1] == std::tuple(Category{0}));
}

TEST_CASE("category: what is saved is loaded, whether an empty label is a class included") {
  for (bool const allow_empty : {false, true}) {
    Categorize saved{.vocab = CategoryMap({"b", "a", ""}, false), .add_na = true, .allow_empty = allow_empty};
    SafeTensors file;
    StateWriter writer(file, "c.");
    saved.serialize(writer);
    Categorize loaded{.vocab = CategoryMap({"x"}), .allow_empty = !allow_empty};
    StateReader reader(file, "c.", "file");
    loaded.serialize(reader);
    CHECK(loaded.vocab.names() == saved.vocab.names());
    CHECK(loaded.add_na);
    CHECK(loaded.allow_empty == allow_empty);
  }
}

TEST_CASE("loader: an item of a subset is told with its number in the dataset") {
  auto const refuse = [](int x) {
    if (x == 4) throw std::runtime_error("four");
    return x;
  };
  Datasets const dsets(pairs, Splits{{0, 1, 4}, {2, 3}}, pipeline(ItemGetter<0>{}, refuse));
  try {
    dataloaders(dsets, {.batch_size = 2}).valid().begin();
    FAIL("no error");
  } catch (data_error const& e) {
    CHECK(e.key() == "loader.item");
    CHECK(e.parts().where == "item 3 of the dataset (item 1 of the validation subset), batch 0 of epoch 0");
  }
}

TEST_CASE("vocabularies and pipelines print themselves") {
  auto const dls = dataloaders(lettered(pairs, {{0, 1, 3}, {2}}), {.batch_size = 1});
  std::ostringstream out;
  out << dls.vocab() << " " << pipeline(ItemGetter<1>{});
  CHECK(out.str() == "[a, b, c] " + pipeline(ItemGetter<1>{}).to_string());
  std::vector<std::string> names;
  for (char c = 'a'; c < 'm'; ++c) names.emplace_back(1, c);
  CHECK(CategoryMap(names).to_string() == "a, b, c, d, e, f, g, h, i, j, ... 12 in all");
}

TEST_CASE("M-45 datasets: an item is a tuple with one element per pipeline, in the subset's order") {
  auto const dsets = lettered(pairs, {{4, 0, 3}, {1, 2}});
  CHECK(dsets.train().size() == 3);
  CHECK(dsets.train()[0] == std::tuple(50, Category{0}));
  CHECK(dsets.valid()[1] == std::tuple(30, Category{1}));
  CHECK(dsets.valid().raw_item(0) == Pair(2, "a"));
}

TEST_CASE("datasets: empty items, an empty subset and an index that is no item are refused") {
  CHECK(key_of([] { lettered({}, {{}, {}}); }) == "datasets.empty");
  CHECK(key_of([] { lettered(pairs, {{0, 1, 2, 3, 4}, {}}); }) == "datasets.empty_split");
  CHECK(key_of([] { lettered(pairs, {{}, {0}}); }) == "datasets.empty_split");
  CHECK(key_of([] { lettered(pairs, {{0}, {7}}); }) == "datasets.index");
  CHECK(key_of([] { lettered(pairs, Splits{}); }) == "datasets.empty_split");
  CHECK(key_of([] { lettered(pairs, {{0, 1}}).valid(); }) == "datasets.subset");
  CHECK(key_of([] { lettered(pairs, {{0, 1}, {1}}).subset(-1); }) == "datasets.subset");
}

TEST_CASE("without validation: one list of items, or valid_pct = 0; the rest of the loaders is as usual") {
  CHECK(RandomSplitter{.valid_pct = 0, .seed = 1}(pairs).size() == 1);
  CHECK(RandomSplitter{.valid_pct = .1, .seed = 1}(pairs).at(1).empty());  // too few for a tenth: refused later
  for (Splits const& splits : {RandomSplitter{.valid_pct = 0, .seed = 1}(pairs), Splits{{0, 1, 2, 3, 4}}}) {
    auto dls = dataloaders(lettered(pairs, splits), {.batch_size = 2, .valid_batch_size = 3, .workers = 2, .seed = 4});
    CHECK(key_of([&] { dls.valid().one_batch(); }) == "loader.no_batches");
    CHECK(dls.train().size() == 2);
    CHECK(dls.valid().size() == 0);
    CHECK(dls.valid().begin() == dls.valid().end());
    auto test = dls.test_dl(pairs);
    CHECK(test.size() == 2);  // in batches of three, none dropped
    CHECK(std::get<0>(*test.begin()).equal(at::tensor({10, 20, 30})));
    CHECK(dls.c() == 3);
    CHECK(dls.valid().with_dataset(dls.train().dataset()).size() == 2);
  }
  CHECK(key_of([] { DataLoaders(std::vector<DataLoader<std::vector<int>>>{}); }) == "dataloaders.count");
}

TEST_CASE("category: a name that is no UTF-8 is refused before training, not at the export after it") {
  std::vector<Pair> const latin{{1, "caf\xe9"}, {2, "tea"}, {3, "tea"}};
  try {
    lettered(latin, {{0, 1}, {2}});
    FAIL("a name that no file of ours can hold was taken");
  } catch (data_error const& e) {
    CHECK(e.key() == "categorize.utf8");
    CHECK(std::string(e.what()).find("caf\\xe9") != std::string::npos);
  }
  CHECK(lettered({{1, "caf\xc3\xa9"}, {2, "tea"}, {3, "tea"}}, {{0, 1}, {2}}).n_subsets() == 2);
}

TEST_CASE("M-50 dataloaders: training shuffles and drops the last batch, validation does neither") {
  std::vector<Pair> items;
  for (int i = 0; i < 30; ++i) items.emplace_back(i, i % 2 ? "odd" : "even");
  auto const dsets = lettered(items, RandomSplitter{.valid_pct = .3, .seed = 1}(items));
  auto dls = dataloaders(dsets, {.batch_size = 8, .seed = 4});
  CHECK(dls.train().size() == 2);  // 21 items
  CHECK(dls.valid().size() == 2);  // 9 items
  std::int64_t seen = 0;
  for (auto& [x, y] : dls.valid()) {
    for (std::int64_t i = 0; i < x.size(0); ++i)
      CHECK(x[i].template item<std::int64_t>() == std::get<0>(dsets.valid()[static_cast<std::size_t>(seen++)]));
    static_assert(std::is_same_v<std::decay_t<decltype(y)>, TensorCategory>);
  }
  CHECK(seen == 9);
  auto order = [&] {
    std::vector<std::int64_t> all;
    for (auto& batch : dls.train())
      for (std::int64_t i = 0; i < 8; ++i) all.push_back(std::get<0>(batch)[i].template item<std::int64_t>());
    return all;
  };
  auto const first = order();
  CHECK(order() != first);
  CHECK(decltype(dls)::n_inp == 1);
  CHECK(key_of([&] { dls[2]; }) == "dataloaders.index");
}

TEST_CASE("dataloaders: a training set smaller than its batch is refused with both numbers") {
  try {
    dataloaders(lettered(pairs, {{0, 1, 3}, {2, 4}}), {.batch_size = 64});
    FAIL("a batch larger than the data was accepted");
  } catch (data_error const& e) {
    CHECK(e.key() == "loader.batch_size");
    CHECK(std::string(e.what()).find("64") != std::string::npos);
    CHECK(std::string(e.what()).find("3 items") != std::string::npos);
  }
}

TEST_CASE("dataloaders: a device this machine does not have is one sentence") {
  for (std::string const device : {"gpu", "cuda:99"}) try {
      dataloaders(lettered(pairs, {{0, 1, 3}, {2, 4}}), {.batch_size = 1, .device = device});
      FAIL("the device was accepted");
    } catch (data_error const& e) {
      CHECK(e.key() == "dataloaders.device");
      CHECK(std::string(e.what()).find('\n') == std::string::npos);
    }
}

TEST_CASE("datasets: a subset without items is named, whichever it is") {
  auto const sentence = [](Splits splits) { return error_of([&] { lettered(pairs, splits); }); };
  CHECK(contains(sentence({{}, {1}}), "none in the training subset of 5 items"));
  CHECK(contains(sentence({{1}, {}}), "none in the validation subset"));
  std::string const gap = sentence({{0}, {1}, {}, {2}});
  CHECK(contains(gap, "[datasets.empty_split]"));
  CHECK(contains(gap, "none in subset 2"));
  CHECK(contains(gap, "without a gap"));
}

TEST_CASE("M-49 dataloaders: a splitter may give more than one validation set") {
  auto dls = dataloaders(lettered(pairs, {{0, 1, 3}, {2}, {4}}), {.batch_size = 1});
  CHECK(dls.size() == 3);
  CHECK(dls[2].n_items() == 1);
}

TEST_CASE("H-45 test_dl: other items go through the pipelines as they were set up, unshuffled") {
  auto dls = dataloaders(lettered(pairs, {{0, 1, 3}, {2, 4}}), {.batch_size = 2});
  auto test = dls.test_dl(std::vector<Pair>{{7, "c"}, {8, "a"}, {9, "b"}}, with_labels);
  CHECK(test.size() == 2);
  auto const [x, y] = test.one_batch();
  CHECK(at::equal(x, at::tensor({70, 80})));
  CHECK(at::equal(y, at::tensor({2, 0})));
  CHECK(key_of([&] {
          for (auto& batch : dls.test_dl(std::vector<Pair>{{7, "zebra"}}, with_labels)) (void)batch;
        }) == "loader.item");
}

TEST_CASE("H-22 dataloaders: Normalize without statistics learns them from one training batch") {
  using Image = std::tuple<TensorImage, std::string>;
  std::vector<Image> images;
  for (int i = 0; i < 4; ++i) images.emplace_back(TensorImage(at::full({1, 2, 2}, float(i))), i % 2 ? "x" : "y");
  Datasets const dsets(images, Splits{{0, 1, 2, 3}, {0}}, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {.batch_size = 4}, batch_tfms(Normalize{}));
  auto const& normalize = dls.train().after_batch().get<Normalize>();
  CHECK(normalize.mean.sizes() == at::IntArrayRef({1, 1, 1, 1}));
  CHECK(normalize.mean.item<double>() == doctest::Approx(1.5));
  // 16 numbers, four of each of 0, 1, 2, 3: sample variance 20 / 15.
  CHECK(normalize.std.item<double>() == doctest::Approx(std::sqrt(20.0 / 15)));
  CHECK(dls.valid().after_batch().get<Normalize>().mean.item<double>() == doctest::Approx(1.5));
}

TEST_CASE(
    "H-22 dataloaders: NormalizeFeatures learns from one training batch of plain tensors, and leaves the targets") {
  using Row = std::tuple<at::Tensor, float>;
  std::vector<Row> const rows{
      {at::tensor({2.f, 50.f}), 1.f}, {at::tensor({4.f, 70.f}), 2.f}, {at::tensor({6.f, 90.f}), 3.f}};
  Datasets const dsets(rows, Splits{{0, 1, 2}, {1}}, pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}));
  auto dls = dataloaders(dsets, {.batch_size = 3}, batch_tfms(NormalizeFeatures{}));
  CHECK(at::allclose(dls.train().after_batch().get<NormalizeFeatures>().mean, at::tensor({4.f, 70.f})));
  auto const [x, y] = dls.valid().one_batch();
  CHECK(at::allclose(x, at::zeros({1, 2})));
  CHECK(at::allclose(y, at::tensor({2.f})));
}

TEST_CASE("n_inp: the dataset says how many elements of a batch are inputs") {
  using Triple = std::tuple<float, float, std::string>;
  std::vector<Triple> const items{{1.f, 2.f, "a"}, {3.f, 4.f, "b"}, {5.f, 6.f, "a"}};
  Splits const splits{{0, 1}, {2}};
  auto const x = pipeline(ItemGetter<0>{});
  auto const y = pipeline(ItemGetter<1>{});
  auto const z = pipeline(ItemGetter<2>{});
  auto inputs = []<class Dls>(Dls const&) { return Dls::n_inp; };
  auto loaders = [](auto const& dsets) { return dataloaders(dsets, {.batch_size = 1}); };
  CHECK(inputs(loaders(Datasets(items, splits, n_inp<1>(), x, y, z))) == 1);
  CHECK(inputs(loaders(Datasets(items, splits, x, y, z))) == 2);
  CHECK(inputs(loaders(Datasets(items, splits, x))) == 1);
  CHECK(inputs(loaders(Datasets(items, splits, n_inp<2>(), x, y))) == 2);  // inputs only, as an autoencoder has

  DataLoader const loader(ThreeNumbers{{{1, 2, 3}}});
  CHECK(inputs(DataLoaders(std::vector{loader, loader})) == 1);
}

TEST_CASE("dataloaders: item transforms learn from the training items, as the pipelines leave them") {
  auto const dsets = lettered(pairs, {{0, 1, 2, 3}, {4}});  // 10, 20, 30, 40, and 50 for validation
  auto const dls = dataloaders(dsets, {.batch_size = 4, .shuffle = false}, item_tfms(CenterFirst{}));
  CHECK(at::equal(std::get<0>(dls.train().one_batch()), at::tensor({-15., -5., 5., 15.}, at::kDouble)));
  CHECK(at::equal(std::get<0>(dls.valid().one_batch()), at::tensor({25.}, at::kDouble)));
}

TEST_CASE("batch_of: items become a batch as in the loader, raw, encoded, or as inputs alone") {
  auto const dsets = lettered(pairs, {{0, 1, 3}, {2, 4}});
  auto const add = item_tfms([](int x) { return x + .5; });
  auto const loader = dataloaders(dsets, {.batch_size = 2, .shuffle = false}, add, batch_tfms(Halve{})).train();
  auto const [x, y] = loader.batch_of(std::vector{pairs[0], pairs[1]}, Split::train);
  CHECK(at::equal(x, at::tensor({5.25, 10.25}, at::kDouble)));
  static_assert(std::is_same_v<std::decay_t<decltype(y)>, TensorCategory>);
  CHECK(at::equal(y, std::get<1>(loader.one_batch())));
  CHECK(at::equal(x, std::get<0>(loader.one_batch())));
  auto const encoded = loader.batch_of(std::vector{dsets.train()[0], dsets.train()[1]}, Split::valid);
  CHECK(at::equal(std::get<0>(encoded), at::tensor({10.5, 20.5}, at::kDouble)));  // Halve is for training
  auto const inputs = loader.batch_of(std::vector{std::tuple(7)}, Split::valid);
  static_assert(std::tuple_size_v<std::decay_t<decltype(inputs)>> == 1);
  CHECK(at::equal(std::get<0>(inputs), at::tensor({7.5}, at::kDouble)));
}

TEST_CASE("batch_of: before_batch and the device are the loader's, and batching() needs no dataset") {
  auto first_only = [](std::vector<int> items) {
    items.resize(1);
    return items;
  };
  DataLoader const loader(std::vector<int>{1, 2, 3}, {.device = at::kMeta}, before_batch(first_only));
  Tensor const batch = loader.batch_of(std::vector<int>{8, 9}, Split::valid);
  CHECK(batch.sizes() == at::IntArrayRef({1}));
  CHECK(batch.device().is_meta());
  auto const batching = loader.batching();
  CHECK(batch_of(std::vector<int>{8, 9}, batching, {}).sizes() == at::IntArrayRef({1}));
}

TEST_CASE("M-46 Datasets: several indices, a mask and a Slice give the items in a vector") {
  auto const dsets = lettered(pairs, {{0, 1, 3}, {2, 4}});
  using Items = std::vector<std::tuple<int, Category>>;
  CHECK((dsets.train()[std::vector{2, -3}] == Items{{40, {2}}, {10, {1}}}));
  CHECK((dsets.train()[std::vector{false, true, false}] == Items{{20, {0}}}));
  CHECK((dsets.valid()[Slice{.step = -1}] == Items{{50, {0}}, {30, {1}}}));
  CHECK(key_of([&] { dsets.valid()[std::vector{2}]; }) == "list.index");
  CHECK(key_of([&] { dsets.valid()[std::vector{true}]; }) == "list.mask");
}
