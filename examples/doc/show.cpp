// Looking at data and at what a model makes of them: a table for everything that is no image, and a pair of types that
// shows itself in a way of its own.
#include <fastxx/mid.hpp>

#include <iostream>

using namespace fastxx;

struct TensorWords : Semantic<TensorWords, TensorBase> {
  using Semantic::Semantic;
};

// A reader of texts writes them one below the other, each after its label.
template <>
struct fastxx::overload_for<fastxx::show_batch_set, TensorWords, fastxx::TensorCategory> {
  std::string operator()(auto const& shown) const {
    std::string text;
    for (auto const& [words, label] : shown.samples) text += label + ": " + std::to_string(words.size(0)) + " words\n";
    return text;
  }
};

struct ToWords {
  TensorWords encodes(double number) const { return TensorWords(at::full({3}, number)); }
};

int main() {
  std::vector<std::tuple<double, std::string>> items;
  for (int i = 0; i < 8; ++i) items.emplace_back(i, i % 2 ? "odd" : "even");
  auto const label = pipeline(ItemGetter<1>{}, Categorize{});
  RandomSplitter const splitter{.valid_pct = .25, .seed = 1};

  auto const numbers =
      dataloaders(items, splitter, data_transforms(type_tfms(pipeline(ItemGetter<0>{}), label)), {.batch_size = 4});
  std::cout << show_batch(numbers, "", {.max_n = 2}) << "\n";  // input  target

  auto const texts = dataloaders(
      items, splitter, data_transforms(type_tfms(pipeline(ItemGetter<0>{}, ToWords{}), label)), {.batch_size = 4});
  std::cout << show_batch(texts, "", {.max_n = 2});  // odd: 3 words
}
