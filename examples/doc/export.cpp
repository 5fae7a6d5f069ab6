// A model goes from the program that trains to the one that predicts: what both must say is one function.
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/serve/inference.hpp>

#include <filesystem>
#include <iostream>

using namespace fastxx;

// ---- a header that both programs include
auto transforms() {
  auto const number = pipeline(ItemGetter<0>{},
                               named("as a tensor", [](double x) { return TensorBase(at::full({1}, x, at::kFloat)); }));
  return data_transforms(type_tfms(number, pipeline(ItemGetter<1>{}, Categorize{})));
}
auto network(std::int64_t classes) { return torch::nn::Linear(1, classes); }

// ---- the program that predicts: it includes nothing of training
std::string serve(std::filesystem::path const& path) {
  auto learn = load_learner(path, transforms(), network);
  auto const [label, index, probabilities] = learn.predict(3.5);  // what the tensor is made of
  return label;
}

// ---- the program that trains
#include <fastxx/mid.hpp>

int main() {
  std::vector<std::tuple<double, std::string>> items;
  for (int i = -8; i < 8; ++i) items.emplace_back(i + .5, i < 0 ? "minus" : "plus");
  auto const dls = dataloaders(items, RandomSplitter{.valid_pct = .25, .seed = 1}, transforms(), {.batch_size = 4});
  set_seed(1);
  Learner learn(dls, network(dls.c()));
  learn.logger = [](auto const&) {};
  learn.fit(10, {.lr = .1});

  auto const path = std::filesystem::temp_directory_path() / "fastxx-example-export.safetensors";
  learn.export_to(path);  // weights, vocabulary and statistics, as data; a lambda is known by its name
  std::cout << "3.5 is " << serve(path) << "\n";
  std::filesystem::remove(path);
}
