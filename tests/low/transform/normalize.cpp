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
  IntToFloatTensor to_float{.div = 10.5};
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
