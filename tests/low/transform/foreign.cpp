#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <doctest/doctest.h>
#include <functional>
#include <string>
#include <torch/data/transforms.h>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

using Batch = std::tuple<TensorImage, TensorCategory>;
namespace foreign = torch::data::transforms;

Batch a_batch() { return {TensorImage(at::tensor({-1.f, 0.f, 3.f}).view({1, 3})), TensorCategory(at::tensor({5}))}; }

std::vector<float> values(Tensor const& x) {
  Tensor const flat = x.contiguous().view({-1});
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

Tensor elu(Tensor const& x) { return torch::nn::functional::relu(x); }

struct Counter {  // a callable that changes itself
  int calls = 0;
  int operator()(int x) { return x + ++calls; }
};

}  // namespace

TEST_CASE("P-04 foreign: a torch::data transform gets the image of a batch, never its label, and the type stays") {
  auto const p = pipeline(foreign::Normalize<>(1.0, 2.0));
  auto const [image, label] = p(a_batch());
  static_assert(std::same_as<std::remove_const_t<decltype(image)>, TensorImage>);
  static_assert(std::same_as<std::remove_const_t<decltype(label)>, TensorCategory>);
  CHECK(values(image) == std::vector<float>{-1.f, -.5f, 1.f});  // (x - 1) / 2
  CHECK(label.item<std::int64_t>() == 5);
  CHECK(values(p(TensorImage(at::tensor({3.f})))) == std::vector<float>{1.f});
  p.check<Batch>();
}

TEST_CASE("P-04 foreign: a pair is mapped too") {
  auto const item = std::pair(TensorImage(at::tensor({3.f})), 7);
  auto const result = pipeline(foreign::Normalize<>(1.0, 2.0))(item);
  static_assert(std::same_as<std::remove_const_t<decltype(result)>, std::pair<TensorImage, int>>);
  CHECK(values(result.first) == std::vector<float>{1.f});
}

TEST_CASE("P-04 foreign: torch::data's TensorLambda, Lambda and Stack are stages") {
  auto const twice = pipeline(foreign::TensorLambda<>([](Tensor x) { return x * 2; }));
  CHECK(values(std::get<0>(twice(a_batch()))) == std::vector<float>{-2.f, 0.f, 6.f});

  auto const length = pipeline(foreign::Lambda<std::string, int>([](std::string x) { return int(x.size()); }));
  CHECK(length(std::string("four")) == 4);
  CHECK(length(4.5) == 4.5);

  auto const stack = pipeline(foreign::Stack<>());
  std::vector<torch::data::Example<>> const examples{{at::ones({2}), at::tensor({1})},
                                                     {at::zeros({2}), at::tensor({2})}};
  CHECK(stack(examples).data.sizes() == at::IntArrayRef({2, 2}));
}

TEST_CASE("P-04 foreign: torch's functions and modules are stages, limited to a type by only") {
  auto const relu = pipeline(only<TensorImage>(&elu));
  auto const [image, label] = relu(Batch(a_batch()));
  CHECK(values(image) == std::vector<float>{0.f, 0.f, 3.f});
  CHECK(label.item<std::int64_t>() == 5);

  torch::nn::Linear linear(3, 1);
  auto const layers =
      pipeline(only<TensorImage>(linear), only<TensorImage>([](TensorImage const& x) { return x + 1; }));
  auto const out = layers(a_batch());
  CHECK(at::equal(std::get<0>(out), linear(std::get<0>(a_batch())) + 1));
  CHECK(std::get<1>(out).item<std::int64_t>() == 5);
  layers.check<Batch>();
}

TEST_CASE("P-04 foreign: only takes what is derived from its type, and can be undone") {
  auto const p = pipeline(transform(only<TensorImage>([](TensorImage const& x) { return x * 4; }),
                                    only<TensorImage>([](TensorImage const& x) { return x / 4; })));
  TensorImageBW const grey(at::tensor({3.f}));
  static_assert(std::same_as<decltype(p(grey)), TensorImageBW>);
  CHECK(values(p(grey)) == std::vector<float>{12.f});
  CHECK(values(p.decode(p(grey))) == std::vector<float>{3.f});
  CHECK(p(3) == 3);
}

TEST_CASE("L-03 foreign: a callable that changes itself works on a copy each time, std::function is a stage") {
  auto const counted = pipeline(Counter{});
  CHECK(counted(10) == 11);
  CHECK(counted(10) == 11);
  auto const erased = pipeline(std::function<int(int)>([](int x) { return 3 * x; }));
  CHECK(erased(4) == 12);
}
