#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/column.hpp>
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/label.hpp>
#include <fastxx/mid/data/multi_category.hpp>
#include <fastxx/mid/data/regex_labeller.hpp>
#include <fastxx/mid/data/regression.hpp>
#include <fastxx/mid/data/splitter.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <sys/stat.h>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// A folder with these files, each of one byte, that goes away with its object.
class Tree {
 public:
  explicit Tree(std::vector<std::string> const& files) {
    root = temporary_folder("finding");
    for (std::string const& file : files) add(file);
  }
  ~Tree() { std::filesystem::remove_all(root); }

  void add(std::string const& file) const {
    std::filesystem::create_directories((root / file).parent_path());
    write_file_atomically(root / file, "x");
  }
  std::vector<std::string> names(Paths const& paths) const {
    std::vector<std::string> relative;
    for (auto const& path : paths) relative.push_back(path.lexically_relative(root).string());
    return relative;
  }

  std::filesystem::path root;
};
using Names = std::vector<std::string>;

struct Row {
  std::string name, tags;
  bool is_valid;
  int fold;
};
std::vector<Row> const rows{{"a", "x y", true, 1}, {"b", "", false, 2}, {"c", "z", false, 3}};
std::vector<std::map<std::string, std::string>> const maps{{{"name", "q"}, {"fold", "1"}},
                                                           {{"name", "r"}, {"fold", "2"}}};

std::vector<std::int64_t> counted(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(last - first));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

}  // namespace

// ---- files
TEST_CASE("H-16 files: all but hidden ones, sorted, endings in any case") {
  Tree const tree(
      {"b/2.PNG", "b/1.jpeg", "a/3.txt", "a/.hidden.png", ".git/4.png", "0.Png", "b/c/5.png", "b/png", "b/x.png.bak"});
  CHECK(tree.names(get_files(tree.root)) ==
        Names{"0.Png", "a/3.txt", "b/1.jpeg", "b/2.PNG", "b/c/5.png", "b/png", "b/x.png.bak"});
  CHECK(tree.names(get_image_files(tree.root)) == Names{"0.Png", "b/1.jpeg", "b/2.PNG", "b/c/5.png"});
  CHECK(tree.names(get_text_files(tree.root)) == Names{"a/3.txt"});
  CHECK(tree.names(get_files(tree.root, {.extensions = {".JPEG"}})) == Names{"b/1.jpeg"});
  CHECK(tree.names(get_files(tree.root, {.extensions = {"PNG", "bak"}})) ==
        Names{"0.Png", "b/2.PNG", "b/c/5.png", "b/x.png.bak"});  // a dot is not needed
  CHECK(tree.names(get_files(tree.root, {.extensions = {".png.bak"}})) == Names{"b/x.png.bak"});
  CHECK(tree.names(get_files(tree.root, {.recurse = false})) == Names{"0.Png"});
  CHECK(get_image_files(tree.root / "a").empty());
  CHECK(tree.names(FileGetter{.suffix = "b", .extensions = {".png"}, .recurse = false}(tree.root)) == Names{"b/2.PNG"});
  CHECK(tree.names(ImageGetter{.suffix = "b"}(tree.root)) == Names{"b/1.jpeg", "b/2.PNG", "b/c/5.png"});
  CHECK(image_extensions().size() == 23);
}

TEST_CASE("H-16 files: the folders filter goes for the top folder only, '.' stands for its own files") {
  Tree const tree({"0.png", "train/1.png", "train/valid/2.png", "valid/3.png", "test/4.png", ".cache/5.png"});
  CHECK(tree.names(get_files(tree.root, {.folders = {"train", "valid"}})) ==
        Names{"train/1.png", "train/valid/2.png", "valid/3.png"});
  CHECK(tree.names(get_image_files(tree.root, {.folders = {".", "test"}})) == Names{"0.png", "test/4.png"});
  CHECK(tree.names(get_files(tree.root, {.folders = {".cache"}})) == Names{".cache/5.png"});
  std::string const missing = error_of([&] { get_files(tree.root, {.folders = {"tset"}}); });
  CHECK(contains(missing, "[files.folders]"));
  CHECK(contains(missing, "'tset'"));
  CHECK(key_of([&] { get_files(tree.root, {.recurse = false, .folders = {"test"}}); }) == "files.folders");
}

TEST_CASE("H-16 files: links are followed, but in no circle; what is no file is left out") {
  Tree const tree({"a/1.png", "b/2.png"});
  std::filesystem::create_directory_symlink(tree.root, tree.root / "a" / "up");
  std::filesystem::create_directory_symlink("../b", tree.root / "a" / "to_b");
  std::filesystem::create_symlink("nothing.png", tree.root / "b" / "broken.png");
  std::filesystem::create_symlink("self.png", tree.root / "b" / "self.png");
  ::mkfifo((tree.root / "b" / "pipe.png").c_str(), 0600);
  CHECK(tree.names(get_files(tree.root, {.follow_links = false})) ==
        Names{"a/1.png", "b/2.png", "b/broken.png", "b/self.png"});
  std::filesystem::create_directory_symlink("b", tree.root / "link");
  std::string const unfollowed = error_of([&] { get_files(tree.root, {.folders = {"link"}, .follow_links = false}); });
  CHECK(contains(unfollowed, "[files.folders]"));
  CHECK(contains(unfollowed, "follow_links"));
  CHECK(get_files(tree.root, {.folders = {"b"}, .follow_links = false}).size() == 3);
  CHECK(get_files(tree.root, {.folders = {"link"}}).size() == 3);
  std::filesystem::remove(tree.root / "link");
  Paths const found = get_files(tree.root);
  CHECK(std::count(found.begin(), found.end(), tree.root / "a" / "to_b" / "2.png") == 1);
  CHECK(found.size() == 7);  // a: its own and b's three; b: three
}

TEST_CASE("files: folders full of links to each other are listed once by link and once by themselves") {
  Tree const tree({"0/x.png"});
  for (int i = 0; i < 12; ++i) {
    std::filesystem::create_directories(tree.root / std::to_string(i));
    for (int j = 0; j < 12; ++j)
      if (i != j)
        std::filesystem::create_directory_symlink("../" + std::to_string(j),
                                                  tree.root / std::to_string(i) / ("to_" + std::to_string(j)));
  }
  CHECK(get_files(tree.root).size() == 2);
}

TEST_CASE("files: a folder that is not there, or is a file, is one sentence") {
  Tree const tree({"a.png"});
  std::string const missing = error_of([&] { get_files(tree.root / "nothing"); });
  CHECK(contains(missing, "[files.folder]"));
  CHECK(contains(missing, "nothing"));
  CHECK(contains(missing, std::filesystem::current_path().string()));
  CHECK(key_of([&] { get_files(tree.root / "a.png"); }) == "files.folder");
  CHECK(key_of([&] { get_files(std::string("/tmp\0x", 6)); }) == "files.folder");
}

// ---- splitters
TEST_CASE("H-18 splitters: random parts by a seed are fastai's, in sizes rounded down") {
  // torch 1.13.1: torch.manual_seed(3); torch.randperm(10) is 6, 0, 3, 7, 8, 5, 1, 9, 2, 4
  auto const ten = counted(0, 10);
  CHECK(RandomSubsetSplitter{.train_sz = .39, .valid_sz = .4, .seed = 3}(ten) == Splits{{6, 0, 3}, {7, 8, 5, 1}});
  CHECK(RandomSplitter{.valid_pct = .3, .seed = 3}(ten) == Splits{{7, 8, 5, 1, 9, 2, 4}, {6, 0, 3}});
  CHECK(key_of([] { RandomSubsetSplitter{.train_sz = .9, .valid_sz = .2}(rows); }) == "splitter.fraction");
  CHECK(key_of([] { RandomSubsetSplitter{.train_sz = 0}(rows); }) == "splitter.fraction");
}

TEST_CASE("splitters: the end or the beginning; one that is too short leaves nothing out") {
  auto const ten = counted(0, 10);
  CHECK(EndSplitter{.valid_pct = .25}(ten) == Splits{counted(0, 8), {8, 9}});
  CHECK(EndSplitter{.valid_pct = .25, .valid_last = false}(ten) == Splits{counted(2, 10), {0, 1}});
  CHECK(EndSplitter{.valid_pct = .01}(ten) == Splits{ten, {}});
  CHECK(key_of([] { EndSplitter{.valid_pct = 1}(rows); }) == "splitter.fraction");
}

TEST_CASE("H-17 splitters: by the folder above the folder, names may be lists") {
  std::vector<std::filesystem::path> const files{"d/train/cat/1", "d/valid/cat/2", "d/test/cat/3", "d/train/dog/4",
                                                 "5"};
  CHECK(GrandparentSplitter{}(files) == Splits{{0, 3}, {1}});
  CHECK(GrandparentSplitter{.train_name = "test", .valid_name = {"valid", "train"}}(files) == Splits{{2}, {0, 1, 3}});
  std::string const none = error_of([&] { GrandparentSplitter{.valid_name = {"val", "dev"}}(files); });
  CHECK(contains(none, "[grandparent_splitter.none]"));
  CHECK(contains(none, "'val', 'dev'"));
}

TEST_CASE("M-49 splitters: a function says valid or the number of a subset, a mask and a list of indices say valid") {
  CHECK(FuncSplitter([](Row const& row) { return row.is_valid; })(rows) == Splits{{1, 2}, {0}});
  CHECK(FuncSplitter([](Row const& row) { return row.fold - 1; })(rows) == Splits{{0}, {1}, {2}});
  CHECK(FuncSplitter([](Row const& row) { return row.fold - 2; })(rows) == Splits{{1}, {2}});
  CHECK(key_of([] { FuncSplitter([](Row const&) { return 1 << 30; })(rows); }) == "func_splitter.subset");
  CHECK(MaskSplitter{{false, true, false}}(rows) == Splits{{0, 2}, {1}});
  CHECK(key_of([] { MaskSplitter{{true}}(rows); }) == "mask_splitter.size");
}

TEST_CASE("splitters: names in a file; lines may end as on Windows") {
  Tree const tree({});
  write_file_atomically(tree.root / "valid.txt", "2.png\r\n4.png\n\nnobody.png");
  std::vector<std::filesystem::path> const files{"a/1.png", "a/2.png", "b/4.png", "b/12.png"};
  CHECK(FileSplitter{tree.root / "valid.txt"}(files) == Splits{{0, 3}, {1, 2}});
  std::string const none = error_of([&] { FileSplitter{tree.root / "valid.txt"}(Paths{"x.png"}); });
  CHECK(contains(none, "[file_splitter.none]"));
  CHECK(contains(none, "3 names"));
  CHECK(key_of([&] { FileSplitter{tree.root / "nothing.txt"}(files); }) == "file.read");
}

TEST_CASE("splitters: by a column, a member or a name, by truth or by values") {
  CHECK(ColSplitter(&Row::is_valid)(rows) == Splits{{1, 2}, {0}});
  CHECK(ColSplitter(&Row::fold, {2, 3})(rows) == Splits{{0}, {1, 2}});
  CHECK(ColSplitter(&Row::name, {"b"})(rows) == Splits{{0, 2}, {1}});
  CHECK(ColSplitter("fold", {"2"})(maps) == Splits{{0}, {1}});
  CHECK(ColSplitter()(std::vector<std::map<std::string, int>>{{{"is_valid", 0}}, {{"is_valid", 2}}}) ==
        Splits{{0}, {1}});
  CHECK(key_of([] { ColSplitter("flod", {"2"})(maps); }) == "column.missing");
  struct Made {  // rows that are made when they are asked for
    std::size_t size() const { return 3; }
    Row operator[](std::size_t i) const { return {std::string(40, static_cast<char>('a' + i)), "", i == 1, 0}; }
  };
  CHECK(ColSplitter(&Row::is_valid)(Made{}) == Splits{{0, 2}, {1}});
  CHECK(ColSplitter(&Row::name, {std::string(40, 'c')})(Made{}) == Splits{{0, 1}, {2}});
  CHECK(ColSplitter([](double x) { return x; }, {1})(std::vector<double>{1.5, 1}) == Splits{{0}, {1}});
}

TEST_CASE("splitters: each class has its part of both subsets") {
  std::vector<std::string> labels(90, "common");
  labels.insert(labels.end(), 10, "rare");
  TrainTestSplitter const split{.test_size = .2, .stratify = labels, .random_state = 5};
  Splits const splits = split(labels);
  auto const rare = [&](std::size_t subset) {
    return std::count_if(splits[subset].begin(), splits[subset].end(), [](std::int64_t i) { return i >= 90; });
  };
  CHECK(splits[0].size() == 80);
  CHECK(splits[1].size() == 20);
  CHECK(rare(0) == 8);
  CHECK(rare(1) == 2);
  CHECK(split(labels) == splits);
  CHECK(TrainTestSplitter{.test_size = .25}(counted(0, 10))[1].size() == 3);  // rounded up, as scikit-learn does
  // Of 11 items four are for testing: parts of 1.82, 1.45 and 0.73, so that a and c, which lose most by rounding, get one.
  std::vector<std::string> const uneven{"a", "a", "a", "a", "a", "b", "b", "b", "b", "c", "c"};
  std::map<std::string, int> tested;
  Splits const parts = TrainTestSplitter{.test_size = .3, .stratify = uneven, .random_state = 1}(uneven);
  for (auto const i : parts[1]) ++tested[uneven[static_cast<std::size_t>(i)]];
  CHECK(tested == std::map<std::string, int>{{"a", 2}, {"b", 1}, {"c", 1}});
  CHECK(key_of([] { TrainTestSplitter{.stratify = {"a"}}(rows); }) == "splitter.stratify");
  CHECK(contains(error_of([] {
                   TrainTestSplitter{.test_size = .5, .stratify = {"a", "a", "b"}}(rows);
                 }),
                 "one of 'b'"));
  CHECK(key_of([] {
          TrainTestSplitter{.test_size = .1, .stratify = {"a", "a", "b", "b"}}(counted(0, 4));
        }) == "splitter.stratify");
  CHECK(key_of([] { TrainTestSplitter{.test_size = 20}(rows); }) == "splitter.fraction");
}

// ---- labels
TEST_CASE("H-19 labels: the folder of a file; without one there is no label") {
  CHECK(parent_label("data/cat/1.png") == "cat");
  for (char const* const file : {"1.png", "./1.png", "../1.png"})
    CHECK(key_of([&] { parent_label(file); }) == "parent_label.none");
}

TEST_CASE("H-20 D-10 labels: the first group of a pattern, in the path or in the name") {
  RegexLabeller const in_path(R"(/([^/]+)_\d+.jpg$)");
  CHECK(in_path("images/great_pyrenees_173.jpg") == "great_pyrenees");
  CHECK(RegexLabeller(R"(([^/]+)_\d+.jpg$)", {.name_only = true})("images/great_pyrenees_173.jpg") == "great_pyrenees");
  std::string const none = error_of([&] { in_path("images/pyrenees.jpg"); });
  CHECK(contains(none, "[regex_labeller.none]"));
  CHECK(contains(none, R"(/([^/]+)_\d+.jpg$)"));
  CHECK(contains(none, "images/pyrenees.jpg"));
  CHECK(contains(error_of([] { RegexLabeller(R"(/(\w+)$)", {.name_only = true})("a/b"); }), "name_only"));
  CHECK(RegexLabeller("(b)")("abc") == "b");
  CHECK(key_of([] { RegexLabeller("(b)", {.match = true})("abc"); }) == "regex_labeller.none");
  CHECK(RegexLabeller("a(b)", {.match = true})("abc") == "b");
  CHECK(key_of([] { RegexLabeller("a|(b)")("a"); }) == "regex_labeller.none");
  CHECK(key_of([] { RegexLabeller("(?P<label>x)"); }) == "regex_labeller.pattern");
  CHECK(key_of([] { RegexLabeller("abc"); }) == "regex_labeller.pattern");
  CHECK(RegexLabeller("(.*).png")(std::string(4090, 'a') + ".png").size() == 4090);  // within the stack
  CHECK(key_of([] { RegexLabeller("(.*)")(std::string(5000, 'a')); }) == "regex_labeller.length");
  std::string const nested = "^((((((((([a-z]|0)|1)|2)|3)|4)|5)|6)|7))*$";
  CHECK(RegexLabeller(nested)(std::string(4096, 'a')) == "a");
  CHECK(key_of([] { RegexLabeller("^(a+)+$")("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"); }) ==
        "regex_labeller.none");  // at once
  CHECK(key_of([] { RegexLabeller(std::string(20000, '(')); }) == "regex_labeller.pattern");
}

TEST_CASE("labels: a column by member or name, with something around it, or as a list") {
  CHECK(ColReader(&Row::name).encodes(rows[1]) == "b");
  CHECK(ColReader("name", {.pref = "images/", .suff = ".png"}).encodes(maps[0]) == "images/q.png");
  CHECK(ColReader(&Row::tags, label_delim(" ")).encodes(rows[0]) == Names{"x", "y"});
  CHECK(ColReader(&Row::tags, label_delim(" ")).encodes(rows[1]).empty());
  CHECK(ColReader(&Row::tags, label_delim(", ")).encodes(rows[0]) == Names{"x y"});
  Row const commas{"d", "x, y, ", false, 0};
  CHECK(ColReader(&Row::tags, label_delim(", ")).encodes(commas) == Names{"x", "y", ""});
  CHECK(ColReader({"name", "fold"}).encodes(maps[1]) == Names{"r", "2"});
  std::string const missing = error_of([] { ColReader("nmae").encodes(maps[0]); });
  CHECK(contains(missing, "[column.missing]"));
  CHECK(contains(missing, "'nmae'"));
}

// ---- several categories, regression
TEST_CASE("categories: several labels of an item to numbers and back") {
  MultiCategorize several;
  several.setups(std::vector<Names>{{"b", "a"}, {}, {"c", "b"}});
  CHECK(several.vocab.names() == Names{"a", "b", "c"});
  MultiCategory const category = several.encodes({"c", "a"});
  CHECK(category == MultiCategory{{2, 0}, 3});
  TensorMultiCategory const encoded = OneHotEncode{}.encodes(category);
  CHECK(at::equal(encoded, at::tensor({1.f, 0.f, 1.f})));
  CHECK(several.decodes(OneHotEncode{}.decodes(encoded)).to_string() == "a;c");
  CHECK(at::equal(OneHotEncode{}.encodes(several.encodes({})), at::zeros({3})));
  CHECK(contains(error_of([&] { several.encodes({"a", "x", "y"}); }), "'x', 'y'"));
  CHECK(key_of([&] { several.encodes({""}); }) == "categorize.empty");
  CHECK(key_of([&] { several.decodes({{3}, 4}); }) == "categorize.index");
  CHECK(key_of([&] { OneHotEncode{}.encodes({{1}, 1}); }) == "one_hot.index");

  MultiCategorize const given{.vocab = CategoryMap({"z", "y"}, false)};
  CHECK(given.encodes({"z"}).indices == std::vector<std::int64_t>{0});
  MultiCategorize padded{.add_na = true};
  padded.setups(std::vector<Names>{{"a"}});
  CHECK(padded.vocab.names() == Names{"#na#", "a"});
  CHECK(MultiCategorize{.vocab = {"z", "y"}, .add_na = true}.vocab.names() == Names{"#na#", "z", "y"});
  CHECK(key_of([] { MultiCategorize{}.setups(std::vector<Names>{{}, {}}); }) == "categorize.empty");
}

TEST_CASE("categories: labels that are encoded already") {
  EncodedMultiCategorize const encoded{"z", "y"};
  CHECK(at::equal(encoded.encodes(std::vector<int>{0, 1}), at::tensor({0.f, 1.f})));
  CHECK((encoded.encodes(std::vector<bool>{true, true}).scalar_type() == at::kFloat));
  CHECK(encoded.decodes(encoded.encodes(at::tensor({1, 1}))).to_string() == "z;y");
  CHECK(key_of([&] { encoded.encodes(std::vector<int>{1}); }) == "one_hot.size");
  CHECK(key_of([] { EncodedMultiCategorize{"a", "b", "a"}; }) == "categorize.repeated");
  CHECK(key_of([&] { encoded.encodes(std::vector<double>{1, .5}); }) == "one_hot.value");
}

TEST_CASE("categories: the loss of several classes is fastai's") {
  // fastai 2.7.18: BCEWithLogitsLossFlat()(tensor([[1.,-2.],[.5,3.]]), tensor([[1.,0.],[0.,1.]]))
  at::Tensor const scores = at::tensor({1.f, -2.f, .5f, 3.f}).view({2, 2});
  at::Tensor const truth = at::tensor({1.f, 0.f, 0.f, 1.f}).view({2, 2});
  BCEWithLogitsLossFlat const loss;
  CHECK(loss(scores, truth).item<double>() == doctest::Approx(0.365713).epsilon(1e-5));
  CHECK(BCEWithLogitsLossFlat{.reduce = false}(scores, truth).sizes() == at::IntArrayRef{4});
  CHECK(BCEWithLogitsLossFlat{.pos_weight = at::tensor({2.f, 1.f})}(scores, truth).item<double>() ==
        doctest::Approx(0.444029).epsilon(1e-5));
  CHECK(at::equal(loss.decodes(loss.activation(scores)), scores.gt(0)));
  CHECK(BCEWithLogitsLossFlat{.thresh = .7}.decodes(at::tensor({.6f, .8f}))[1].item<bool>());
  CHECK(key_of([&] { loss(scores, truth[0]); }) == "flatten_check.numel");
  auto const three = at::tensor({2.f, 1.f, 1.f});
  CHECK(key_of([&] { BCEWithLogitsLossFlat{.weight = three}(scores, truth); }) == "bce.weights");
  std::string const wrong = error_of([&] { BCEWithLogitsLossFlat{.pos_weight = three}(scores, truth); });
  CHECK(contains(wrong, "a pos_weight for each class of scores (2, 2)"));
}

TEST_CASE("regression: numbers to float32 and back, one or several of an item") {
  RegressionSetup one;
  one.setups(std::vector<double>{1.5, 2});
  CHECK(one.c() == 1);
  CHECK(one.encodes(3) == 3.f);
  CHECK(one.decodes(at::tensor(.5)).to_string() == "0.5");
  RegressionSetup several;
  several.setups(std::vector<std::tuple<int, double>>{{1, 2.5}});
  CHECK(several.c() == 2);
  CHECK(several.decodes(several.encodes(std::tuple(1, 2.5))).to_string() == "(1, 2.5)");
  CHECK((several.encodes(std::vector<double>{1, 2}).scalar_type() == at::kFloat));
  CHECK(key_of([&] { several.encodes(std::vector<double>{1}); }) == "regression.size");
  CHECK(key_of([&] { one.encodes(std::nan("")); }) == "regression.nan");
  CHECK(key_of([&] { several.encodes(at::tensor({1., INFINITY})); }) == "regression.nan");
  CHECK(RegressionSetup(3).c() == 3);
  CHECK(key_of([] { RegressionSetup(3).encodes(5); }) == "regression.size");
  CHECK(key_of([] { RegressionSetup{}.setups(std::vector<std::vector<int>>(1)); }) == "regression.size");
  CHECK(RegressionSetup(2).encodes(std::array<float, 2>{1, 2}).numel() == 2);
}
