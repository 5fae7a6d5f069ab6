#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <filesystem>
#include <fstream>

#include "toy.hpp"

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

struct Signs {
  std::size_t size() const { return 40; }
  std::tuple<at::Tensor, std::string> operator[](std::size_t i) const {
    float const x = static_cast<float>(i) - 19.5F;
    return {at::full({1}, x), x < 0 ? "minus" : "plus"};
  }
};

// Learns its scale from the data: state that has to travel with the model.
struct Scale {
  double largest = 0;
  template <class Items>
  void setups(Items const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) largest = std::max(largest, items[i].abs().template item<double>());
  }
  at::Tensor encodes(at::Tensor const& x) const { return x / largest; }
  void serialize(auto& archive) { archive("largest", largest); }
};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "fastxx-inference-test";
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

auto trained() {
  auto const dsets = Datasets(Signs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, pipeline(ItemGetter<0>{}, Scale{}),
                              pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {.batch_size = 5, .seed = 3});
  set_seed(1);
  using L = Learner<std::decay_t<decltype(dls)>, Sequential>;
  auto learn = std::make_unique<L>(dls, Sequential(torch::nn::Linear(1, 2)));
  toy::quiet(*learn).fit(5, {.lr = .1});
  return learn;
}

std::string key_of(auto const& body) {
  try {
    body();
  } catch (error const& e) {
    return e.key();
  }
  return "no error";
}

// What another program writes: the same pipelines, empty, and a model of the same structure.
auto load(std::filesystem::path const& path) {
  return load_learner(path, Sequential(torch::nn::Linear(1, 2)),
                      type_tfms(pipeline(ItemGetter<0>{}, Scale{}), pipeline(ItemGetter<1>{}, Categorize{})));
}

}  // namespace

TEST_CASE("H-43 predict: (decoded target, index, probabilities) for a raw item and for what a later stage takes") {
  auto learn = trained();
  auto inference = learn->inference();
  auto const [label, index, probabilities] = learn->predict(Signs{}[3]);
  CHECK(label == "minus");
  CHECK(index.item<std::int64_t>() == 0);
  CHECK(probabilities.sizes() == at::IntArrayRef({2}));
  CHECK(probabilities.sum().item<float>() == doctest::Approx(1));
  CHECK(std::get<0>(inference.predict(at::full({1}, 12.F))) == "plus");
}

TEST_CASE("H-41 H-42 L-17 export: model, vocabulary and learnt state come back into empty pipelines") {
  Folder const folder;
  auto learn = trained();
  auto inference = learn->inference();
  auto const expected = std::get<2>(inference.predict(Signs{}[30]));
  inference.save(folder.path / "export.safetensors");

  auto loaded = load(folder.path / "export.safetensors");
  CHECK(loaded.input.get<Scale>().largest == 19.5);
  auto const [label, index, probabilities] = loaded.predict(Signs{}[30]);
  CHECK(label == "plus");
  CHECK(at::equal(probabilities, expected));
}

TEST_CASE("export: a file of other pipelines, a truncated one and one without pipelines are refused, nothing changes") {
  Folder const folder;
  auto learn = trained();
  auto inference = learn->inference();
  auto const file = folder.path / "export.safetensors";
  inference.save(file);

  auto const labels = pipeline(ItemGetter<1>{}, Categorize{});
  CHECK(key_of([&] {
          load_learner(file, Sequential(torch::nn::Linear(1, 2)), type_tfms(pipeline(ItemGetter<0>{}), labels));
        }) == "load_learner.type");
  CHECK(key_of([&] {
          load_learner(file, Sequential(torch::nn::Linear(1, 3)),
                       type_tfms(pipeline(ItemGetter<0>{}, Scale{}), labels));
        }) == "state_dict.mismatch");

  auto const size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, size - 3);
  CHECK(key_of([&] { load(file); }).starts_with("safetensors."));
  std::filesystem::resize_file(file, 5);
  CHECK(key_of([&] { load(file); }).starts_with("safetensors."));
  CHECK(key_of([&] { load(folder.path / "none"); }) != "no error");

  SafeTensors plain;
  plain.tensors["model.0.weight"] = at::zeros({2, 1});
  save_safetensors(file, plain);
  CHECK(key_of([&] { load(file); }) == "load_learner.type");
}

TEST_CASE("export: a folder that cannot be written to is one error") {
  auto learn = trained();
  auto inference = learn->inference();
  CHECK(key_of([&] { inference.save("/proc/fastxx/export.safetensors"); }) != "no error");
}

TEST_CASE("TR-81 export: the file holds neither items nor optimizer state") {
  Folder const folder;
  auto learn = trained();
  learn->export_to(folder.path / "export.safetensors");
  auto const file = load_safetensors(folder.path / "export.safetensors");
  for (auto const& entry : file.tensors) CHECK(entry.first.starts_with("model."));
  CHECK(file.tensors.size() == 2);
}
