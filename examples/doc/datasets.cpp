// From (text, label) pairs to batches: splits, pipelines, a vocabulary, loaders, test items; and columns at once.
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/data/tfmd_lists.hpp>

#include <cstdint>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

using namespace fastxx;

// A table held as columns. It gives items, as any collection, and many rows at once.
struct Table {
  Tensor weights;  // grams
  Tensor lengths;  // centimetres
  std::vector<std::string> kinds;

  std::size_t size() const { return kinds.size(); }
  std::tuple<double, double, std::string> operator[](std::size_t row) const {
    auto const at = static_cast<std::int64_t>(row);
    return {weights[at].item<double>(), lengths[at].item<double>(), kinds[row]};
  }
  std::tuple<Tensor, Tensor, std::vector<std::string>> batch(std::vector<std::int64_t> const& rows) const {
    Tensor const index = at::tensor(rows);
    std::vector<std::string> of_rows;
    for (auto const row : rows) of_rows.push_back(kinds[static_cast<std::size_t>(row)]);
    return {weights.index_select(0, index), lengths.index_select(0, index), of_rows};
  }
};

struct ToKilograms {  // encodes_batch: what it does to a number it does to a column
  double encodes(double grams) const { return grams / 1000; }
  Tensor encodes_batch(Tensor const& grams) const { return grams / 1000; }
};

int main() {
  std::vector<std::tuple<std::string, std::string>> const words{
      {"apple", "fruit"}, {"leek", "vegetable"}, {"pear", "fruit"}, {"kale", "vegetable"}, {"plum", "fruit"}};

  auto const length =
      pipeline(ItemGetter<0>{}, [](std::string const& word) { return static_cast<double>(word.size()); });
  auto const kind = pipeline(ItemGetter<1>{}, Categorize{});
  Datasets const dsets(words, IndexSplitter{.valid = {3, 4}}, length, kind);

  auto const [x, y] = dsets.train()[1];  // leek
  std::cout << x << " letters, class " << y.index << " of " << std::get<1>(dsets.pipelines()).get<Categorize>().c()
            << "\n";

  auto dls = dataloaders(dsets, {.batch_size = 2, .shuffle = false});
  std::cout << "classes: " << dls.vocab()[0] << ", " << dls.vocab()[1] << "\n";
  for (auto const& [lengths, kinds] : dls.train()) std::cout << lengths.sizes() << " " << kinds.sizes() << "\n";

  // Test items: the inputs alone, at any stage of their pipeline, or raw items with their labels.
  for (auto const& [lengths] : dls.test_dl(std::vector<std::string>{"fig", "quince"})) std::cout << lengths << "\n";
  for (auto const& [lengths, kinds] : dls.test_dl(words, with_labels)) std::cout << kinds << "\n";

  // One pipeline alone: an item is what it gives.
  TfmdLists const lists(words, IndexSplitter{.valid = {3, 4}}, length);
  std::cout << "lengths: " << lists.train()[0] << ", of two of all: " << lists[std::vector{4, 1}] << "\n";
  std::cout << dataloaders(lists, {.batch_size = 3, .shuffle = false}).train().one_batch() << "\n";

  // Two inputs and a target, read column by column.
  Table const table{at::tensor({150., 200., 120., 90.}, at::kDouble),
                    at::tensor({8., 40., 9., 30.}, at::kDouble),
                    {"fruit", "vegetable", "fruit", "vegetable"}};
  Datasets const rows(table, IndexSplitter{.valid = {3}}, n_inp<2>(), pipeline(ItemGetter<0>{}, ToKilograms{}),
                      pipeline(ItemGetter<1>{}), pipeline(ItemGetter<2>{}, Categorize{}));
  auto const table_dls = dataloaders(rows, {.batch_size = 3, .shuffle = false});
  static_assert(decltype(table_dls)::n_inp == 2 && decltype(table_dls)::loader_type::whole_batches);
  auto const [kilograms, centimetres, kinds] = table_dls.train().one_batch();
  std::cout << kilograms << "\n" << centimetres << "\n" << kinds << "\n";
}
