// Laws: what a transform, a pipeline, a tensor type or a dispatch set of yours should keep, checked in one line each.
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/testing.hpp>

#include <cassert>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

using namespace fastxx;

struct Scale {  // right, but for two lines
  double by = 1;
  double offset = 0;
  TensorImage encodes(TensorImage image) const { return image.mul_(by).add_(offset); }
  TensorImage decodes(TensorImage const& image) const { return (image - offset) / by; }
  void serialize(auto& archive) { archive("by", by); }
};

struct TensorDepth : Semantic<TensorDepth, TensorImageBase> {
  using Semantic::Semantic;
};

struct Centre {
  double mean = 0;
  void setups(auto const& items) { mean = (items[0] + items[items.size() - 1]) / 2; }
  double encodes(double x) const { return x - mean; }
  double decodes(double x) const { return x + mean; }
  void serialize(auto& archive) { archive("mean", mean); }
};

int main() {
  auto const image = TensorImage(at::ones({1, 2, 2}));
  std::cout << testing::check_transform(Scale{.by = 2, .offset = 1}, image) << "\n\n";

  // In a test of any framework: a bool, or an exception that holds the sentences.
  assert(testing::check_transform([](int x) { return x + 1; }, std::tuple(1, 2.5)));
  testing::check_setup(Centre{}, std::vector{1., 3.}).require();
  testing::check_pipeline(pipeline(Centre{2}, [](std::string text) { return text + "!"; }),
                          std::tuple(1.5, std::string("label")))
      .require();
  testing::check_tensor_type(TensorDepth(at::rand({2, 2}))).require();
  testing::check_dispatch(typedispatch(overload<TensorDepth>([](TensorDepth const& depth) {
    return depth;
  }))).require();

  std::cout << testing::difference(std::tuple(1, image), std::tuple(1, TensorImage(image + 0.5))) << "\n";
}
