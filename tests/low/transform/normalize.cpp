#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

bool close(Tensor const& a, Tensor const& b) { return a.sizes() == b.sizes() && at::allclose(a, b, 1e-5, 1e-6); }

// One item of two channels: 1 2 3 4 and 10 10 30 30.
TensorImage two_channels() {
  return TensorImage(at::tensor({1.f, 2.f, 3.f, 4.f, 10.f, 10.f, 30.f, 30.f}).view({1, 2, 2, 2}));
}

template <class Error, class Function>
std::string key_of(Function function) {
  try {
    function();
  } catch (Error const& e) {
    return e.key();
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("TR-47 Normalize: each channel is (x - mean) / std, and decode is the inverse") {
  auto const normalize = Normalize::from_stats({2, 20}, {0.5, 10});
  auto const x = encode(normalize, two_channels());
  static_assert(std::same_as<decltype(x), TensorImage const>);
  CHECK(close(x, at::tensor({-2.f, 0.f, 2.f, 4.f, -1.f, -1.f, 1.f, 1.f}).view({1, 2, 2, 2})));
  CHECK(close(decode(normalize, x), two_channels()));
}

TEST_CASE("TR-47 Normalize: without statistics it learns them from the first batch, sample deviation plus 1e-7") {
  Normalize normalize;
  setup(normalize, std::vector{std::tuple(two_channels(), TensorCategory(at::zeros({1}))),
                               std::tuple(TensorImage(two_channels() * 100), TensorCategory(at::zeros({1})))});
  CHECK(close(normalize.mean, at::tensor({2.5f, 20.f}).view({1, 2, 1, 1})));
  // Deviations -1.5 -.5 .5 1.5: 5/3; -10 -10 10 10: 400/3.
  CHECK(close(normalize.std, at::tensor({1.2909944f, 11.5470054f}).view({1, 2, 1, 1})));
  Normalize constant;
  setup(constant, std::vector{TensorImage(at::ones({1, 1, 2, 2}))});
  CHECK(std::abs(constant.std.item<double>() - 1e-7) < 1e-12);
}

TEST_CASE("TR-47 Normalize: bytes are learnt from too, and given statistics are kept") {
  Normalize learnt, given = Normalize::from_stats({2, 20}, {0.5, 10});
  std::vector const batches{TensorImage(two_channels().to(at::kByte))};
  setup(learnt, batches);
  CHECK(close(learnt.mean, at::tensor({2.5f, 20.f}).view({1, 2, 1, 1})));
  setup(given, batches);
  CHECK(close(given.mean, at::tensor({2.f, 20.f}).view({1, 2, 1, 1})));
}

TEST_CASE("TR-02 Normalize: labels and plain tensors of a batch stay as they are, a grey image stays grey") {
  auto const normalize = Normalize::from_stats({1}, {2});
  TensorCategory const label(at::tensor({3}));
  auto const [image, y, plain] =
      encode(normalize, std::tuple(TensorImageBW(at::ones({2, 1, 2, 2})), label, at::ones({2})));
  static_assert(std::same_as<std::remove_cvref_t<decltype(image)>, TensorImageBW>);
  CHECK(close(image, at::zeros({2, 1, 2, 2})));
  CHECK(y.is_same(label));
  CHECK(close(plain, at::ones({2})));
}

TEST_CASE("Normalize: the batch that is given is not changed") {
  auto const batch = two_channels();
  encode(Normalize::from_stats({2, 20}, {0.5, 10}), batch);
  decode(Normalize::from_stats({2, 20}, {0.5, 10}), batch);
  CHECK(close(batch, two_channels()));
}

TEST_CASE("Normalize: without statistics, with other channels or without a batch axis it refuses") {
  CHECK(key_of<state_error>([] { encode(Normalize{}, two_channels()); }) == "normalize.no_statistics");
  CHECK(key_of<state_error>([] { decode(Normalize{}, two_channels()); }) == "normalize.no_statistics");
  auto const one = Normalize::from_stats({1}, {2});
  CHECK(key_of<tensor_error>([&] { encode(one, two_channels()); }) == "normalize.channels");
  CHECK(key_of<tensor_error>([&] { encode(one, TensorImage(at::ones({1, 2, 2}))); }) == "normalize.channels");
  try {
    encode(one, two_channels());
  } catch (tensor_error const& e) {
    CHECK(std::string(e.what()).find("C = 1; got C = 2") != std::string::npos);
  }
}

namespace {
// Three rows of two features: 2 4 6 and 50 70 120.
Tensor table() { return at::tensor({2.f, 50.f, 4.f, 70.f, 6.f, 120.f}).view({3, 2}); }

struct Pair : std::tuple<Tensor, Tensor> {
  using tuple::tuple;
};
}  // namespace

TEST_CASE("NormalizeFeatures: each column of the inputs is (x - mean) / std, targets stay, decode is the inverse") {
  auto const normalize = NormalizeFeatures::from_stats({4, 80}, {2, 10});
  CHECK(normalize.mean.sizes() == at::IntArrayRef({2}));
  Tensor const expected = at::tensor({-1.f, -3.f, 0.f, -1.f, 1.f, 4.f}).view({3, 2});
  CHECK(close(encode(normalize, table()), expected));
  CHECK(close(decode(normalize, expected), table()));
  CHECK(close(encode(normalize, table()[0]), expected[0]));                      // one item
  CHECK(close(encode(normalize, table().to(at::kInt)), expected));               // whole numbers
  CHECK(close(encode(normalize, table().unsqueeze(0)), expected.unsqueeze(0)));  // any axes in front
  CHECK((encode(normalize, table().to(at::kDouble)).scalar_type() == at::kDouble));

  Pair const batch(table(), at::tensor({500.f, 800.f, 1300.f}));
  auto const encoded = encode(normalize, batch);
  static_assert(std::same_as<decltype(encoded), Pair const>);
  CHECK(close(std::get<0>(encoded), expected));
  CHECK(std::get<1>(encoded).is_same(std::get<1>(batch)));
  CHECK(close(std::get<0>(batch), table()));  // the given one is not changed
  CHECK(close(std::get<0>(decode(normalize, encoded)), table()));
  auto const nested = encode(normalize, std::tuple(std::tuple(table(), 3), table()));
  CHECK(close(std::get<0>(std::get<0>(nested)), expected));
  CHECK(close(std::get<1>(nested), table()));
}

TEST_CASE("NormalizeFeatures: without statistics it learns them from the first batch, sample deviation plus 1e-7") {
  auto tfms = pipeline(NormalizeFeatures{});
  tfms.setup(std::vector{std::tuple(table(), TensorCategory(at::zeros({3}))),
                         std::tuple(table() * 100, TensorCategory(at::zeros({3})))});
  auto const& learnt = tfms.get<NormalizeFeatures>();
  CHECK(close(learnt.mean, at::tensor({4.f, 80.f})));
  // Deviations -2 0 2: 8/2; -30 -10 40: 2600/2.
  CHECK(close(learnt.std, at::tensor({2.f, 36.0555128f})));
  NormalizeFeatures constant, given = NormalizeFeatures::from_stats({1, 2}, {3, 4});
  setup(constant, std::vector{at::ones({2, 1}, at::kLong)});
  CHECK(std::abs(constant.std.item<double>() - 1e-7) < 1e-12);
  setup(given, std::vector{table()});
  CHECK(close(given.std, at::tensor({3.f, 4.f})));
}

TEST_CASE("NormalizeFeatures: images, labels and other items are not its own, and it refuses other widths") {
  static_assert(!Encodes<NormalizeFeatures, TensorImage> && !Encodes<NormalizeFeatures, TensorCategory>);
  static_assert(!Encodes<NormalizeFeatures, std::tuple<TensorImage, Tensor>> && !Encodes<NormalizeFeatures, int>);
  auto const two = NormalizeFeatures::from_stats({4, 80}, {2, 10});
  CHECK(key_of<state_error>([] { encode(NormalizeFeatures{}, table()); }) == "normalize.no_statistics");
  CHECK(key_of<state_error>([] { decode(NormalizeFeatures{}, table()); }) == "normalize.no_statistics");
  CHECK(key_of<tensor_error>([&] { encode(two, at::ones({3, 3})); }) == "normalize.features");
  CHECK(key_of<tensor_error>([&] { decode(two, at::scalar_tensor(1.f)); }) == "normalize.features");
  NormalizeFeatures unlearnt;
  CHECK(key_of<tensor_error>([&] { setup(unlearnt, std::vector{at::ones({1, 2})}); }) == "normalize.rows");
  CHECK(key_of<tensor_error>([&] { setup(unlearnt, std::vector{at::ones({2})}); }) == "normalize.rows");
}

TEST_CASE("TR-06 TR-47 IntToFloatTensor runs before Normalize, and is undone after it") {
  auto const tfms = pipeline(Normalize::from_stats({0.5}, {0.25}), IntToFloatTensor{});
  TensorImageBW const bytes(at::tensor({0, 51, 255}).to(at::kByte).view({1, 1, 1, 3}));
  auto const x = tfms(bytes);
  CHECK(close(x, at::tensor({-2.f, -1.2f, 2.f}).view({1, 1, 1, 3})));
  CHECK(close(tfms.decode(x).to(at::kFloat), bytes.to(at::kFloat)));
}

namespace {

struct Vocabulary {
  std::vector<std::string> names = {};
  bool sorted = false;
  int encodes(std::string const& name) const {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return static_cast<int>(i);
    return -1;
  }
  std::string decodes(int index) const { return names.at(static_cast<std::size_t>(index)); }
  void serialize(auto& archive) {
    archive("names", names);
    archive("sorted", sorted);
  }
};

SafeTensors written_and_read(SafeTensors const& file) {
  auto const folder = std::filesystem::temp_directory_path() / ("fastxx_transform_state_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  save_safetensors(folder / "state.safetensors", file);
  auto read = load_safetensors(folder / "state.safetensors");
  std::filesystem::remove_all(folder);
  return read;
}

}  // namespace

TEST_CASE("L-17 transform: state, encode and decode live in one object, which comes back equal from a file") {
  Normalize normalize = Normalize::from_stats({2, 20}, {0.5, 10});
  IntToFloatTensor to_float{.div = 10.5, .div_mask = 255};
  Vocabulary vocabulary{.names = {"cat", "dog \"quoted\"", "žába"}, .sorted = true};
  SafeTensors file;
  auto write = [&](std::string const& prefix, auto& t) {
    StateWriter writer(file, prefix);
    t.serialize(writer);
  };
  write("0.", normalize), write("1.", to_float), write("2.", vocabulary);

  auto const read = written_and_read(file);
  Normalize normalize_again;
  IntToFloatTensor to_float_again;
  Vocabulary vocabulary_again;
  auto fill = [&](std::string const& prefix, auto& t) {
    StateReader reader(read, prefix, "state.safetensors");
    t.serialize(reader);
  };
  fill("0.", normalize_again), fill("1.", to_float_again), fill("2.", vocabulary_again);

  CHECK(at::equal(encode(normalize_again, two_channels()), encode(normalize, two_channels())));
  CHECK(at::equal(decode(normalize_again, two_channels()), decode(normalize, two_channels())));
  CHECK(to_float_again.div == 10.5);
  CHECK(to_float_again.div_mask == 255);
  CHECK(vocabulary_again.names == vocabulary.names);
  CHECK(vocabulary_again.sorted);
  CHECK(decode(vocabulary_again, 2) == "žába");
  CHECK(encode(vocabulary_again, std::string("dog \"quoted\"")) == 1);
}

TEST_CASE("L-17 transform: what was not learnt is not learnt after reading either, and missing values are refused") {
  SafeTensors file;
  Normalize unlearnt;
  StateWriter writer(file, "n.");
  unlearnt.serialize(writer);
  Normalize filled = Normalize::from_stats({1}, {1});
  auto const read = written_and_read(file);
  StateReader reader(read, "n.", "f.safetensors");
  filled.serialize(reader);
  CHECK_FALSE(filled.mean.defined());

  IntToFloatTensor to_float;
  CHECK(key_of<io_error>([&] { to_float.serialize(reader); }) == "state.missing");
  file.metadata["n.div"] = "\"text\"";
  StateReader wrong(file, "n.", "f.safetensors");
  CHECK(key_of<io_error>([&] { to_float.serialize(wrong); }) == "state.value");
}
