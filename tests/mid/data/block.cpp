// Takes long to compile for a reason: one description of the same data from five kinds of sources, with three kinds of
// targets, each trained, shown, exported and served.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/block.hpp>
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/from_columns.hpp>
#include <fastxx/mid/data/label.hpp>
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/inspect/show.hpp>
#include <fastxx/mid/inspect/summary.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <sstream>
#include <stdexcept>
#include <string>
#include <torch/data/datasets/base.h>
#include <tuple>
#include <type_traits>
#include <unistd.h>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// ---- the data: 24 items of three classes
constexpr int n_items = 24;
std::vector<std::string> const classes{"ant", "bee", "cow"};
std::string name_of(int i) { return std::string(i < 10 ? "0" : "") + std::to_string(i); }
std::string class_of(int i) { return classes[static_cast<std::size_t>(i / 8)]; }
std::vector<std::string> tags_of(int i) {
  std::vector<std::string> tags;
  if (i % 2) tags.push_back("odd");
  if (i % 3 == 0) tags.push_back("third");
  return tags;
}
float number_of(int i) { return .25f * static_cast<float>(i); }
at::Tensor input_of(int i) {
  return at::tensor({static_cast<float>(i) / 24, static_cast<float>(i % 5), static_cast<float>(i * i % 7)});
}

// ---- three kinds of targets: what is asked of an item, the block for it
struct Single {
  static auto of(int i) { return class_of(i); }
  static auto block() { return CategoryBlock(); }
};
struct Multi {
  static auto of(int i) { return tags_of(i); }
  static auto block() { return MultiCategoryBlock(); }
};
struct Regression {
  static auto of(int i) { return number_of(i); }
  static auto block() { return RegressionBlock(); }
};
template <class Kind>
using Target = decltype(Kind::of(0));

// What the blocks of all sources have in common. Getters are functions with names, for the exported file.
template <class Kind, class... Parts>
auto described(Parts... parts) {
  return DataBlock(blocks(TransformBlock(), Kind::block()), splitter(RandomSplitter{.valid_pct = .25, .seed = 1}),
                   std::move(parts)...);
}

// ---- five kinds of sources; each has the source, and the block for it
class Folder {
 public:
  Folder() {
    path = temporary_folder("block");
    for (int i = 0; i < n_items; ++i) {
      std::filesystem::create_directories(path / class_of(i));
      write_file_atomically(path / class_of(i) / (name_of(i) + ".txt"), std::to_string(i));
    }
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};
struct ReadFile {
  at::Tensor operator()(std::filesystem::path const& path) const { return input_of(std::stoi(read_file(path))); }
};
template <class Kind>
struct LabelOfFile {
  Target<Kind> operator()(std::filesystem::path const& path) const { return Kind::of(std::stoi(path.stem().string())); }
};
template <>
struct LabelOfFile<Single> : ParentLabel {};
struct Files {
  static auto source() {
    static Folder const folder;
    return folder.path;
  }
  template <class Kind>
  static auto block() {
    return described<Kind>(get_items(get_text_files), get_x(ReadFile{}), get_y(LabelOfFile<Kind>{}));
  }
};

struct Row {
  std::array<float, 3> x;
  std::string name;
  std::vector<std::string> tags;
  float number;
};
struct RowInput {
  at::Tensor operator()(Row const& row) const { return at::tensor({row.x[0], row.x[1], row.x[2]}); }
};
struct Rows {
  static auto source() {
    std::list<Row> rows;  // no collection that can be indexed: it is copied into one
    for (int i = 0; i < n_items; ++i) {
      at::Tensor const x = input_of(i);
      rows.push_back(
          {{x[0].item<float>(), x[1].item<float>(), x[2].item<float>()}, class_of(i), tags_of(i), number_of(i)});
    }
    return rows;
  }
  template <class Kind>
  static auto block() {
    auto const label = [] {
      if constexpr (std::is_same_v<Kind, Single>)
        return &Row::name;
      else if constexpr (std::is_same_v<Kind, Multi>)
        return &Row::tags;
      else
        return &Row::number;
    }();
    return described<Kind>(get_x(RowInput{}), get_y(label));
  }
};

template <class Kind>
struct Vector {
  static auto source() {
    std::vector<std::tuple<at::Tensor, Target<Kind>>> pairs;
    for (int i = 0; i < n_items; ++i) pairs.emplace_back(input_of(i), Kind::of(i));
    return pairs;
  }
  template <class>
  static auto block() {
    return described<Kind>();
  }
};

struct TorchNumbers : torch::data::datasets::Dataset<TorchNumbers> {
  torch::data::Example<> get(std::size_t index) override {
    int const i = static_cast<int>(index);
    ++calls;
    return {input_of(i), at::tensor(i)};
  }
  c10::optional<std::size_t> size() const override { return n_items; }
  int calls = 0;  // get() is not const: readers must not share the object
};
template <class Kind>
struct LabelOfNumber {
  Target<Kind> operator()(std::tuple<at::Tensor, at::Tensor> const& item) const {
    return Kind::of(static_cast<int>(std::get<1>(item).template item<std::int64_t>()));
  }
};
struct Torch {
  static auto source() { return TorchNumbers{}; }
  template <class Kind>
  static auto block() {
    return described<Kind>(getters(ItemGetter<0>{}, LabelOfNumber<Kind>{}));
  }
};

struct Sample {
  int number;
};
struct OwnData {
  std::size_t size() const { return n_items; }
  Sample operator[](std::size_t index) const { return {static_cast<int>(index)}; }
};
struct InputOfSample {
  at::Tensor operator()(Sample const& sample) const { return input_of(sample.number); }
};
template <class Kind>
struct LabelOfSample {
  Target<Kind> operator()(Sample const& sample) const { return Kind::of(sample.number); }
};
struct Own {
  static auto source() { return OwnData{}; }
  template <class Kind>
  static auto block() {
    return described<Kind>(get_y(LabelOfSample<Kind>{}), get_x(InputOfSample{}));
  }
};

// ---- what is done with each
auto network(std::int64_t outputs) { return Sequential(torch::nn::Linear(3, outputs)); }

struct Seen {
  std::vector<at::Tensor> batches;
  std::string shown, served;
  bool operator==(Seen const& other) const {
    if (batches.size() != other.batches.size() || shown != other.shown || served != other.served) return false;
    for (std::size_t i = 0; i < batches.size(); ++i)
      if (!at::equal(batches[i], other.batches[i]) || batches[i].dtype() != other.batches[i].dtype()) return false;
    return true;
  }
};

template <class Shown>
std::string text_of(Shown const& shown) {
  return fastxx::detail::item_text(shown);
}

// The other process: loads what training wrote, by the same block, and says what it predicts for the first item.
template <class Source, class Kind>
std::string served(std::filesystem::path const& path) {
  auto model = load_learner(path, Source::template block<Kind>(), network);
  auto const items = fastxx::detail::as_items(
      fastxx::detail::get_items_from(Source::template block<Kind>().get_items, Source::source()));
  auto const [decoded, prediction, probabilities] = model.predict(items[0]);
  std::ostringstream text;
  text << text_of(decoded);
  at::Tensor const numbers = probabilities.to(at::kDouble).reshape(-1).contiguous();
  for (std::int64_t i = 0; i < numbers.numel(); ++i) text << " " << std::hexfloat << numbers.data_ptr<double>()[i];
  return text.str();
}
struct Served {
  std::string name;
  std::string (*function)(std::filesystem::path const&);
};
std::vector<Served>& all_served() {
  static std::vector<Served> all;
  return all;
}

std::string in_another_process(std::string const& name, std::filesystem::path const& path) {
  std::array<char, 4096> program{};
  (void)!::readlink("/proc/self/exe", program.data(), program.size() - 1);
  std::string const command = "FASTXX_BLOCK='" + name + "' FASTXX_BLOCK_FILE='" + path.string() + "' '" +
                              program.data() + "' --no-intro -m -tc='block: the other process'";
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::string text;
  for (std::array<char, 256> line{}; pipe && std::fgets(line.data(), line.size(), pipe);)
    if (std::string(line.data()).rfind("served ", 0) == 0 || !text.empty()) text += line.data();
  if (pipe) ::pclose(pipe);
  return text.substr(0, text.find("end of it"));
}

template <class Source, class Kind>
Seen seen_with(std::string const& name) {
  Seen seen;
  auto const block = Source::template block<Kind>();
  auto dls = block.dataloaders(Source::source(), {.batch_size = 4, .workers = 2, .seed = 3});
  for (auto const& [x, y] : dls.train()) seen.batches.insert(seen.batches.end(), {x, y});
  for (auto const& [x, y] : dls.valid()) seen.batches.insert(seen.batches.end(), {x, y});
  seen.shown = show_batch(dls);
  set_seed(1);
  Learner learn(dls, network(dls.c()));
  learn.logger = nullptr;
  learn.fit(2, {.lr = .1});
  if constexpr (std::is_same_v<Kind, Single>) {
    CHECK(ClassificationInterpretation(learn).vocab() == classes);
  } else {
    CHECK(Interpretation(learn).top_losses(3).first.numel() == 3);
  }
  auto const path = std::filesystem::temp_directory_path() / ("fastxx_block_model_" + std::to_string(::getpid()));
  learn.export_to(path);
  seen.served = in_another_process(name, path);
  CHECK(seen.served == "served " + served<Source, Kind>(path) + "\n");
  std::filesystem::remove(path);
  return seen;
}

template <class Source, class Kind>
Seen seen(std::string const& name) {
  all_served().push_back({name, served<Source, Kind>});
  return std::getenv("FASTXX_BLOCK") ? Seen{} : seen_with<Source, Kind>(name);
}

template <class Kind>
void all_alike(std::string const& kind) {
  Seen const vector = seen<Vector<Kind>, Kind>(kind + " vector");
  CAPTURE(vector.shown);
  CAPTURE(vector.served);
  CHECK(seen<Files, Kind>(kind + " files") == vector);
  CHECK(seen<Rows, Kind>(kind + " rows") == vector);
  CHECK(seen<Torch, Kind>(kind + " torch") == vector);
  CHECK(seen<Own, Kind>(kind + " own") == vector);
  if (!std::getenv("FASTXX_BLOCK")) CHECK(vector.batches.size() == 2 * (4 + 2));
}

}  // namespace

TEST_CASE("H-01 H-08 M-48 block: five kinds of sources, one class each: the same batches, pictures and predictions") {
  all_alike<Single>("single");
}
TEST_CASE("H-01 H-08 block: five kinds of sources, several classes each") { all_alike<Multi>("multi"); }
TEST_CASE("H-01 H-08 block: five kinds of sources, a number each") { all_alike<Regression>("regression"); }

TEST_CASE("block: the other process" * doctest::skip(std::getenv("FASTXX_BLOCK") == nullptr)) {
  all_alike<Single>("single");
  all_alike<Multi>("multi");
  all_alike<Regression>("regression");
  for (Served const& one : all_served())
    if (one.name == std::getenv("FASTXX_BLOCK"))
      std::printf("served %s\nend of it\n", one.function(std::getenv("FASTXX_BLOCK_FILE")).c_str());
}

// ---- what a DataBlock is told, and what it says
namespace {

using Pairs = std::vector<std::pair<double, std::string>>;
Pairs const numbered{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}};

struct AddOne {
  double amount = 1;
  double encodes(double x) const { return x + amount; }
};

struct Double {
  at::Tensor encodes(at::Tensor const& x) const { return x.is_floating_point() ? x * 2 : x; }
};

template <class Loader>
std::vector<double> inputs_of(Loader const& loader) {
  std::vector<double> all;
  for (auto const& batch : loader) {
    at::Tensor const x = std::get<0>(batch).to(at::kDouble).contiguous();
    all.insert(all.end(), x.template data_ptr<double>(), x.template data_ptr<double>() + x.numel());
  }
  return all;
}

}  // namespace

TEST_CASE("H-03 block: a fifth is for validation, items are the source, blocks get their elements") {
  auto const dls = DataBlock(blocks(TransformBlock(), CategoryBlock())).dataloaders(numbered, {.batch_size = 1});
  CHECK(dls.train().n_items() == 4);
  CHECK(dls.valid().n_items() == 1);
  CHECK(dls.c() == 2);
  CHECK(dls.class_names() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("H-04 H-05 block: n_inp and getters decide what is input and what is target") {
  struct Point {
    double x, y;
    std::string label;
  };
  std::vector<Point> const points{{1, 2, "a"}, {3, 4, "b"}, {5, 6, "a"}, {7, 8, "b"}, {9, 10, "a"}};
  DataBlock const two(get_x(&Point::x, &Point::y), get_y(&Point::label),
                      blocks(TransformBlock(), TransformBlock(), CategoryBlock()), splitter(EndSplitter{}));
  auto const dls = two.dataloaders(points, {.batch_size = 4, .shuffle = false});
  static_assert(decltype(dls)::n_inp == 2);
  auto const [x, y, label] = dls.train().one_batch();
  CHECK(at::equal(x, at::tensor({1., 3., 5., 7.}, at::kDouble)));
  CHECK(at::equal(y, at::tensor({2., 4., 6., 8.}, at::kDouble)));
  CHECK(at::equal(label, at::tensor({0, 1, 0, 1})));
  DataBlock const one(blocks(TransformBlock(), TransformBlock(), CategoryBlock()), n_inp<1>(), splitter(EndSplitter{}),
                      getters(&Point::x, &Point::y, [](Point const& point) { return point.label; }));
  auto const targets = one.dataloaders(points, {.batch_size = 2});
  static_assert(decltype(targets)::n_inp == 1);
}

TEST_CASE("block: copies, and blocks with a vocabulary that is given") {
  DataBlock const first(blocks(TransformBlock(), CategoryBlock()));
  DataBlock const copy(first);
  DataBlock moved = DataBlock(copy);
  DataBlock again(moved);
  CHECK(again.dataloaders(numbered, {.batch_size = 1}).c() == 2);
  auto const given = MultiCategoryBlock({.vocab = {"q", "p"}});
  CHECK(given.type_tfms.get<MultiCategorize>().vocab.names() == std::vector<std::string>{"q", "p"});
}

TEST_CASE("H-05 block: a getter sees the whole item, a tuple too") {
  DataBlock const sums(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{}),
                       get_x([](std::pair<double, std::string> const& item) {
                         return item.first + static_cast<double>(item.second.size());
                       }));
  auto const dls = sums.dataloaders(numbered, {.batch_size = 4, .shuffle = false});
  CHECK(inputs_of(dls.train()) == std::vector<double>{2, 3, 4, 5});
}

TEST_CASE("H-07 TR-14 block: transforms of blocks and user are merged, the last of a type stays") {
  auto const number = [] { return TransformBlock(pipeline(), item_tfms(AddOne{}), batch_tfms(Double{})); };
  DataBlock const block(blocks(number(), CategoryBlock()), splitter(EndSplitter{}), item_tfms(AddOne{10}));
  static_assert(decltype(block.batching.after_item)::size() == 1);
  CHECK(inputs_of(block.dataloaders(numbered, {.batch_size = 4, .shuffle = false}).train()) ==
        std::vector<double>{22, 24, 26, 28});
  auto const at_the_call = block.dataloaders(numbered, {.batch_size = 4, .shuffle = false}, item_tfms(AddOne{20}));
  CHECK(inputs_of(at_the_call.train()) == std::vector<double>{42, 44, 46, 48});
  auto const changed = block.new_with(item_tfms(AddOne{30}));
  CHECK(inputs_of(changed.dataloaders(numbered, {.batch_size = 4, .shuffle = false}).train()) ==
        std::vector<double>{62, 64, 66, 68});
  CHECK(block.datasets(numbered).train()[0] == std::tuple(1., Category{0}));  // H-09: the items alone
}

TEST_CASE("block: before_batch of a block pads") {
  auto const padded =
      TransformBlock(pipeline([](std::string const& text) { return at::ones({std::int64_t(text.size())}); }),
                     before_batch([](auto items) {
                       for (auto& item : items)
                         std::get<0>(item) = at::constant_pad_nd(std::get<0>(item), {0, 5 - std::get<0>(item).size(0)});
                       return items;
                     }));
  std::vector<std::pair<std::string, double>> const texts{{"ab", 1}, {"abcd", 2}, {"a", 3}, {"abc", 4}, {"a", 5}};
  DataBlock const block(blocks(padded, RegressionBlock()), splitter(EndSplitter{}));
  auto const [x, y] = block.dataloaders(texts, {.batch_size = 4, .shuffle = false}).train().one_batch();
  CHECK(x.sizes() == at::IntArrayRef({4, 5}));
  CHECK(x.sum().item<double>() == 10);
}

TEST_CASE("block: nothing at the source, one class, an unseen class: one sentence each") {
  DataBlock const files(blocks(TransformBlock(), CategoryBlock()), get_items(get_image_files), get_y(parent_label),
                        get_x(ReadFile{}));
  std::string const empty = error_of([&] { files.dataloaders(Files::source()); });
  CHECK(contains(empty, "[data_block.no_items]"));
  CHECK(contains(empty, Files::source().string()));
  DataBlock const named(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{}));
  CHECK(contains(error_of([&] {
                   named.dataloaders(Pairs{{1, "a"}, {2, "a"}, {3, "a"}, {4, "a"}, {5, "a"}});
                 }),
                 "[categorize.one_class]"));
  std::string const unseen = error_of([&] {
    named.dataloaders(Pairs{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "new"}});
  });
  CHECK(contains(unseen, "[categorize.unseen]"));
  CHECK(contains(unseen, "'new'"));
  CAPTURE(unseen);
  CHECK(contains(unseen, "item 4"));
  CHECK(contains(error_of([&] { named.dataloaders(Pairs{{1, "a"}, {2, "b"}}); }), "[datasets.empty_split]"));
  DataBlock const throwing(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{}),
                           get_y([](Pairs::value_type const& item) {
                             return item.first > 4 ? throw std::runtime_error("boom") : item.second;
                           }));
  std::string const boom = error_of([&] { throwing.dataloaders(numbered); });
  CHECK(contains(boom, "[datasets.item]"));
  CHECK(contains(boom, "item 4"));
}

TEST_CASE("block: summary walks an item and a batch through every step") {
  DataBlock const block(blocks(TransformBlock(pipeline(AddOne{})), CategoryBlock()), splitter(EndSplitter{}),
                        item_tfms(AddOne{10}), batch_tfms([](at::Tensor const& x) { return x * 2; }));
  std::string const text = summary(block, numbered);
  CAPTURE(text);
  for (char const* const line :
       {": 4 for training, 1 for validation", "An item: (double 1, 'a')", "AddOne gives double 2",
        "Categorize -- {add_na: false, allow_empty: false} gives Category", "AddOne gives (double 12, Category)",
        "A batch of 4:", "(Tensor (4) Double, TensorCategory (4) Long)", "lambda gives ("})
    CHECK(contains(text, line));
}

TEST_CASE("block: summary says from which stage on items fit into no batch, and which stage refuses what") {
  std::vector<std::pair<std::string, double>> const texts{{"ab", 1}, {"abcd", 2}, {"a", 3}, {"abc", 4}, {"a", 5}};
  struct Length {
    double encodes(std::string const& text) const { return static_cast<double>(text.size()); }
  };
  struct Ones {
    at::Tensor encodes(double n) const { return at::ones({static_cast<std::int64_t>(n)}); }
  };
  struct Twice {
    at::Tensor encodes(at::Tensor const& x) const { return x * 2; }
  };
  std::string const differ =
      summary(DataBlock(blocks(TransformBlock(pipeline(Length{}, Ones{}, Twice{})), RegressionBlock()),
                        splitter(EndSplitter{})),
              texts);
  CAPTURE(differ);
  CHECK(contains(differ, "This failed: [collate.shapes]"));
  CHECK(contains(differ, "Ones on the shapes differ: (2) (4) (1) (3)"));
  struct Refuse {
    double encodes(double x) const {
      if (x > 2) throw data_error("refuse.two", {.call = "Refuse", .expected = "at most 2"});
      return x;
    }
  };
  std::string const refused = summary(
      DataBlock(blocks(TransformBlock(pipeline(Length{}, Refuse{})), RegressionBlock()), splitter(EndSplitter{})),
      texts);
  CAPTURE(refused);
  CHECK(contains(refused, "This failed at training item 1: [refuse.two]"));
}

namespace {
struct Flower {
  double length;
  std::string kind;
};
struct Leaf {
  double length, width;
  std::array<float, 2> spots;
  std::string kind;
};

}  // namespace

TEST_CASE("block: from_columns needs no getters: columns, tuples, structs with as many members as blocks") {
  auto const block = from_columns(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{}));
  auto const first = [&](auto source) {
    auto const dls = block.dataloaders(std::move(source), {.batch_size = 4, .shuffle = false});
    auto const [x, y] = dls.train().one_batch();
    CHECK(at::equal(y, at::tensor({0, 1, 0, 1})));
    return at::equal(x, at::tensor({1., 2., 3., 4.}, at::kDouble));
  };
  std::vector<double> const lengths{1, 2, 3, 4, 5};
  std::vector<std::string> const kinds{"a", "b", "a", "b", "a"};
  CHECK(first(std::pair(lengths, kinds)));
  CHECK(first(std::tuple(lengths, kinds)));
  CHECK(first(std::vector<std::pair<double, std::string>>{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}}));
  CHECK(inputs_of(block.dataloaders(std::vector<Flower>{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}})
                      .test_dl(std::vector<Flower>{{7, ""}})) == std::vector<double>{7});
  CHECK(first(std::list<Flower>{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}}));
  CHECK(key_of([&] { first(std::tuple(std::vector<double>{1, 2}, kinds)); }) == "from_columns.sizes");
}

TEST_CASE("block: from_columns takes the columns of what get_items gives; getters that are given are kept") {
  auto const columns = [](int n) {
    return std::pair(std::vector<int>{n, 1, 2, 3, 4}, std::vector<float>{0, 1, 2, 3, 4});
  };
  auto const block =
      from_columns(get_items(columns), get_y([](std::tuple<int, float> const& row) { return 10 * std::get<1>(row); }),
                   blocks(TransformBlock(), RegressionBlock()), splitter(EndSplitter{}));
  auto const [x, y] = block.dataloaders(7, {.batch_size = 4, .shuffle = false}).train().one_batch();
  CHECK(at::equal(x, at::tensor({7, 1, 2, 3})));
  CHECK(at::equal(y, at::tensor({0.f, 10.f, 20.f, 30.f})));
  auto const two = from_columns(
      blocks(TransformBlock(), TransformBlock(),
             TransformBlock(pipeline([](std::array<float, 2> const& spots) { return spots[1]; })), CategoryBlock()),
      n_inp<1>());
  auto dls = two.dataloaders(
      std::vector<Leaf>{
          {1, 2, {3, 4}, "a"}, {1, 2, {3, 5}, "b"}, {1, 2, {3, 6}, "a"}, {1, 2, {3, 5}, "b"}, {1, 2, {3, 4}, "a"}},
      {.batch_size = 2});
  CHECK(decltype(dls)::n_inp == 1);
  CHECK(std::get<2>(dls.valid().one_batch()).item<float>() > 3);
}
