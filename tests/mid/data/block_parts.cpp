// What a DataBlock is told, and what it says. Takes long to compile for a reason: each rule is a DataBlock of its own.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/mid/data/block.hpp>
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/from_columns.hpp>
#include <fastxx/mid/data/label.hpp>
#include <fastxx/mid/inspect/summary.hpp>

#include <array>
#include <filesystem>
#include <list>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

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

TEST_CASE("H-07 block: batch transforms are merged as those of items are, at each of the three places") {
  struct Times {
    double by;
    at::Tensor encodes(at::Tensor const& x) const { return x.is_floating_point() ? x * by : x; }
  };
  auto const last = [](auto const& block, auto... parts) {
    auto const dls = block.dataloaders(numbered, {.batch_size = 4, .shuffle = false}, parts...);
    return inputs_of(dls.train()).at(3);
  };
  auto const times_ten = TransformBlock(pipeline(), batch_tfms(Times{10}));
  DataBlock const own(blocks(times_ten, CategoryBlock()), splitter(EndSplitter{}));
  CHECK(last(own) == 40);
  CHECK(last(own.new_with(batch_tfms(Times{100}))) == 400);
  CHECK(last(own, batch_tfms(Times{1000})) == 4000);
  DataBlock const given(blocks(times_ten, CategoryBlock()), splitter(EndSplitter{}), batch_tfms(Times{3}));
  CHECK(last(given) == 12);
}

TEST_CASE("block: a copy with further parts keeps where items come from and how they are split") {
  auto const count = [](int n) {
    Pairs items;
    for (int i = 0; i < n; ++i) items.emplace_back(i, i % 2 ? "odd" : "even");
    return items;
  };
  DataBlock const counted(blocks(TransformBlock(), CategoryBlock()), get_items(count),
                          splitter(EndSplitter{.valid_pct = .5}));
  auto const dsets = counted.new_with(item_tfms(AddOne{})).datasets(6);
  CHECK(dsets.train()[2] == std::tuple(2., Category{0}));
  CHECK(dsets.train().size() == 3);
  CHECK(dsets.valid().size() == 3);
}

TEST_CASE("block: what blocks are given is what they do") {
  DataBlock const sorted(blocks(TransformBlock(), CategoryBlock({.vocab = {"b", "a", "c"}})), splitter(EndSplitter{}));
  CHECK(sorted.datasets(numbered).train().class_names() == std::vector<std::string>{"a", "b", "c"});
  using Encoded = std::vector<std::pair<double, std::vector<int>>>;
  DataBlock const encoded(blocks(TransformBlock(), MultiCategoryBlock(EncodedMultiCategorize{"x", "y"})),
                          splitter(EndSplitter{}));
  auto const dsets = encoded.datasets(Encoded{{1, {0, 1}}, {2, {1, 1}}, {3, {0, 0}}, {4, {1, 0}}, {5, {0, 1}}});
  CHECK(at::equal(std::get<1>(dsets.train()[0]), at::tensor({0.f, 1.f})));
  CHECK(dsets.train().class_names() == std::vector<std::string>{"x", "y"});
  std::string const one = error_of([] {
    DataBlock const two(blocks(TransformBlock(), RegressionBlock(2)), splitter(EndSplitter{}));
    two.datasets(std::vector<std::pair<double, double>>{{1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}});
  });
  CHECK(contains(one, "[regression.size]"));
}

TEST_CASE("block: tuples that are not as long as there are blocks are whole items") {
  using Triples = std::vector<std::tuple<double, double, double>>;
  Triples const triples{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {1, 1, 1}, {2, 2, 2}};
  auto const sum = [](std::tuple<double, double, double> const& x) { return std::get<0>(x) + std::get<2>(x); };
  DataBlock const block(blocks(TransformBlock(), RegressionBlock()), get_y(sum), splitter(EndSplitter{}));
  CHECK(block.datasets(triples).train()[1] == std::tuple(triples[1], 10.f));
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
  auto const first_two = [](auto items) {
    items.resize(2);
    return items;
  };
  DataBlock const given(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{}), before_batch(first_two));
  auto const dls = given.dataloaders(numbered, {.batch_size = 4, .shuffle = false});
  CHECK(inputs_of(dls.train()) == std::vector<double>{1, 2});
}

TEST_CASE("block: nothing at the source, one class, an unseen class: one sentence each") {
  DataBlock const files(blocks(TransformBlock(), CategoryBlock()), get_items(get_image_files), get_y(parent_label),
                        get_x([](std::filesystem::path const&) { return 1.; }));
  auto const folder = temporary_folder("block_parts");
  std::string const empty = error_of([&] { files.dataloaders(folder); });
  std::filesystem::remove_all(folder);
  CHECK(contains(empty, "[data_block.no_items]"));
  CHECK(contains(empty, folder.string()));
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

TEST_CASE("block: summary calls getters by names that people know, and leaves out what does nothing") {
  struct Apple {
    double grams;
    std::string kind;
  };
  std::vector<Apple> const apples{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}};
  auto const kilograms = named("kilograms", [](Apple const& apple) { return apple.grams / 1000; });
  std::string const text = summary(DataBlock(blocks(TransformBlock(), CategoryBlock()), get_x(kilograms),
                                             get_y(&Apple::kind), splitter(EndSplitter{})),
                                   apples);
  CAPTURE(text);
  CHECK(contains(text, "  kilograms gives double 0.001\n"));
  CHECK(contains(text, "  a member of "));
  CHECK(!contains(text, "Item transforms:"));
  CHECK(!contains(text, "Batch transforms:"));
  CHECK(contains(text, "A batch of 4:\n"));
  std::string const pairs =
      summary(DataBlock(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{})), numbered);
  CHECK(contains(pairs, "  element 0 gives double 1\n"));
  std::string const whole =
      summary(DataBlock(blocks(TransformBlock()), splitter(EndSplitter{})), std::vector<double>{1, 2, 3, 4, 5});
  CHECK(contains(whole, "Input 0:\n  the item gives double 1\n"));
  CHECK(!contains(whole, "element"));
  CHECK(export_name(ElementGetter<1, 2>{}) == "ElementGetter<1,2>");
}

TEST_CASE("block: classes may be numbers") {
  std::vector<std::pair<double, int>> const items{{1, 10}, {2, 2}, {3, 10}, {4, 2}, {5, 10}};
  auto const train =
      DataBlock(blocks(TransformBlock(), CategoryBlock()), splitter(EndSplitter{})).datasets(items).train();
  CHECK(train.class_names() == std::vector<std::string>{"2", "10"});
  CHECK(train[0] == std::tuple(1., Category{1}));
}

TEST_CASE("block: whole items are fine where a transform of the block, of items or of the batch takes them") {
  struct Pear {
    double grams;
  };
  std::vector<Pear> const pears{{1}, {2}, {3}, {4}, {5}};
  auto const grams = [](Pear const& pear) { return pear.grams; };
  auto const first = [](auto const& block, auto const& items) {
    return std::get<0>(block.dataloaders(items, {.batch_size = 4, .shuffle = false}).train().one_batch())[3]
        .template item<double>();
  };
  DataBlock const plain(blocks(TransformBlock()), splitter(EndSplitter{}));
  CHECK(first(DataBlock(blocks(TransformBlock(pipeline(grams))), splitter(EndSplitter{})), pears) == 4);
  CHECK(first(plain.new_with(item_tfms(grams)), pears) == 4);
  CHECK(first(plain, std::vector<double>{1, 2, 3, 4, 5}) == 4);  // what can be collated needs nobody
  auto const all = [](auto const& items) {
    std::vector<std::tuple<double>> made;
    for (auto const& item : items) made.emplace_back(std::get<0>(item).grams);
    return made;
  };
  CHECK(first(plain.new_with(before_batch(all)), pears) == 4);
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
  auto const second = [&](auto source) {
    return block.datasets(std::move(source)).train()[1] == std::tuple(2., Category{1});
  };
  std::vector<double> const lengths{1, 2, 3, 4, 5};
  std::vector<std::string> const kinds{"a", "b", "a", "b", "a"};
  CHECK(second(std::pair(lengths, kinds)));
  CHECK(second(std::tuple(lengths, kinds)));
  CHECK(second(std::vector<std::pair<double, std::string>>{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}}));
  std::list<Flower> const flowers{{1, "a"}, {2, "b"}, {3, "a"}, {4, "b"}, {5, "a"}};
  CHECK(second(flowers));
  auto const dls = block.dataloaders(flowers, {.batch_size = 1});
  CHECK(inputs_of(dls.test_dl(std::vector<Flower>{{7, ""}})) == std::vector<double>{7});
  CHECK(key_of([&] { second(std::tuple(std::vector<double>{1, 2}, kinds)); }) == "from_columns.sizes");
}

TEST_CASE("block: from_columns takes the columns of what get_items gives; getters that are given are kept") {
  auto const columns = [](int n) {
    return std::pair(std::vector<int>{n, 1, 2, 3, 4}, std::vector<float>{0, 1, 2, 3, 4});
  };
  auto const block =
      from_columns(get_items(columns), get_y([](std::tuple<int, float> const& row) { return 10 * std::get<1>(row); }),
                   blocks(TransformBlock(), RegressionBlock()), splitter(EndSplitter{}));
  CHECK(block.datasets(7).train()[0] == std::tuple(7, 0.f));
  CHECK(block.datasets(7).train()[1] == std::tuple(1, 10.f));
  auto const two = from_columns(
      blocks(TransformBlock(), TransformBlock(),
             TransformBlock(pipeline([](std::array<float, 2> const& spots) { return spots[1]; })), CategoryBlock()),
      n_inp<1>());
  auto const train =
      two
          .datasets(std::vector<Leaf>{
              {1, 2, {3, 4}, "a"}, {1, 2, {3, 5}, "b"}, {1, 2, {3, 6}, "a"}, {1, 2, {3, 5}, "b"}, {1, 2, {3, 4}, "a"}})
          .train();
  CHECK(decltype(train)::n_inp == 1);
  CHECK(std::get<2>(train[0]) > 3);
}
