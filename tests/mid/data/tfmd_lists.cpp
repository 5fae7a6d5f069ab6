#include "../../errors.hpp"
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/data/tfmd_lists.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

struct Word : std::string {
  using std::string::string;
  template <class Context>
  Context show(Context context) const {
    context.title(*this);
    return context;
  }
};
struct Spell {  // numbers of letters, and back; learns the last letter there is
  char last = 'a';
  void setups(auto const& words) {
    for (std::size_t i = 0; i < words.size(); ++i)
      for (char const c : words[i]) last = std::max(last, c);
  }
  at::Tensor encodes(Word const& word) const {
    at::Tensor letters = at::empty({static_cast<std::int64_t>(word.size())}, at::kLong);
    for (std::size_t i = 0; i < word.size(); ++i) letters[static_cast<std::int64_t>(i)] = std::min(word[i], last) - 'a';
    return letters;
  }
  Word decodes(at::Tensor const& letters) const {
    Word word;
    for (std::int64_t i = 0; i < letters.numel(); ++i)
      word.push_back(static_cast<char>('a' + letters[i].item<std::int64_t>()));
    return word;
  }
};
struct ForTraining {
  static constexpr int split_idx = Split::train;
  at::Tensor encodes(at::Tensor const& letters) const { return letters + 1; }
};
struct Titles {
  std::string text = {};
  void title(std::string const& line) { text += line; }
};
std::vector<Word> const words{"ab", "ba", "cb", "zz"};

}  // namespace

TEST_CASE("M-42 M-43 TfmdLists: an item is what the pipeline gives, which has learned from the training items") {
  TfmdLists const lists(words, Splits{{0, 2}, {3, 1}}, pipeline(Spell{}, ForTraining{}));
  CHECK(lists.n_subsets() == 2);
  CHECK(lists.size() == 4);
  CHECK(at::equal(lists.train()[1], at::tensor({3, 2})));
  CHECK(at::equal(lists.valid()[0], at::tensor({2, 2})));  // nobody had seen a letter behind c
  CHECK(at::equal(lists[2], at::tensor({2, 1})));          // of no subset
  CHECK(lists.pipeline().get<Spell>().last == 'c');
  CHECK(lists.decode(lists[1]) == "ba");
  CHECK(lists.show(lists[1], Titles{}).text == "ba");
  CHECK(std::get<0>(lists.valid().decode_until_shown(std::tuple(lists[1]))) == "ba");
  TfmdLists const all(words, pipeline(Spell{}));
  CHECK(all.n_subsets() == 1);
  CHECK(all.train().size() == 4);
  CHECK(key_of([&] { all.valid(); }) == "datasets.subset");
  CHECK(key_of([] { TfmdLists(words, Splits{{0}, {}}, pipeline(Spell{})); }) == "datasets.empty_split");
}

TEST_CASE("M-46 TfmdLists: several indices and a mask give the items in a vector") {
  TfmdLists const lists(words, Splits{{0, 2, 3}, {1}}, pipeline([](Word const& word) { return word.size(); }));
  CHECK(lists[std::vector{3, 0}] == std::vector<std::size_t>{2, 2});
  CHECK(lists[std::vector<bool>{false, true, false, true}].size() == 2);
}

TEST_CASE("M-44 TfmdLists: loaders, with transforms of items and batches, and test items") {
  TfmdLists const lists(words, Splits{{0, 2}, {3, 1}}, pipeline(Spell{}));
  auto const add = [](at::Tensor const& x) { return x + 1; };
  auto const times = [](at::Tensor const& x) { return x * 10; };
  auto const dls = dataloaders(lists, {.batch_size = 2, .shuffle = false}, item_tfms(add), batch_tfms(times));
  static_assert(std::is_same_v<decltype(dls)::batch_type, at::Tensor> && decltype(dls)::n_inp == 1);
  CHECK(at::equal(dls.train().one_batch(), at::tensor({10, 20, 30, 20}).view({2, 2})));
  CHECK(at::equal(dls.test_dl(std::vector<Word>{"aa"}).one_batch(), at::tensor({10, 10}).view({1, 2})));
  CHECK(at::equal(dls.test_dl(std::vector{at::tensor({0, 0})}).one_batch(), at::tensor({10, 10}).view({1, 2})));
}

TEST_CASE("TfmdLists: one pipeline may give the whole tuple; all elements but the last are inputs") {
  auto const measured = [](Word const& word) {
    return std::tuple(static_cast<double>(word.size()), std::string(word.size() > 2 ? "long" : "short"));
  };
  std::vector<Word> const some{"ab", "abc", "b", "abcd"};
  TfmdLists const lists(some, Splits{{0, 1}, {2, 3}}, pipeline(measured, Categorize{.vocab = {"long", "short"}}));
  CHECK(std::get<1>(lists.train()[0]) == Category{1});
  auto const dls =
      dataloaders(lists, {.batch_size = 2, .shuffle = false}, item_tfms([](double length) { return length * 2; }));
  static_assert(decltype(dls)::n_inp == 1);
  auto const [x, y] = dls.valid().one_batch();
  CHECK(at::equal(x, at::tensor({2., 8.}, at::kDouble)));
  CHECK(at::equal(y, at::tensor({1, 0})));
  CHECK(dls.class_names() == std::vector<std::string>{"long", "short"});
  CHECK(std::get<1>(lists.train().decode_until_shown(std::tuple(2., TensorCategory(at::tensor(1))))) == "short");
  CHECK(lists.train().decode_target_until_shown(TensorCategory(at::tensor(0))) == "long");
}

TEST_CASE("M-44 TfmdLists: a source that gives whole batches is asked for them") {
  struct Column {
    std::size_t size() const { return 3; }
    double operator[](std::size_t i) const { return static_cast<double>(i); }
    Tensor batch(std::vector<std::int64_t> const& rows) const { return at::tensor(rows).to(at::kDouble); }
  };
  struct Half {
    double encodes(double x) const { return x / 2; }
    Tensor encodes_batch(Tensor const& x) const { return x / 2; }
  };
  auto const dls = dataloaders(TfmdLists(Column{}, pipeline(Half{})), {.batch_size = 3, .shuffle = false});
  static_assert(decltype(dls)::loader_type::whole_batches);
  CHECK(at::equal(dls.train().one_batch(), at::tensor({0., .5, 1.}, at::kDouble)));
}
