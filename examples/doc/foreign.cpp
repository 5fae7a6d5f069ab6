// Callables from elsewhere are stages as they are: lambdas, functions, torch::data transforms, modules.
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <cassert>
#include <cstdio>
#include <torch/data/transforms.h>
#include <tuple>

int main() {
  using namespace fastxx;
  torch::nn::MaxPool2d const pool(2);
  auto const tfms = pipeline(torch::data::transforms::Normalize<>(0.5, 0.25),  // gets the image, never the label
                             only<TensorImage>(pool),  // a label is a tensor too: only says which
                             only<TensorImage>([](TensorImage const& x) { return torch::nn::functional::relu(x); }));

  using Item = std::tuple<TensorImage, TensorCategory>;
  decltype(tfms)::check<Item>();
  Item const item{TensorImage(at::full({1, 1, 4, 4}, 0.75)), TensorCategory(at::tensor({3}))};
  auto const [image, label] = tfms(item);  // still a TensorImage and a TensorCategory
  std::printf("%ld x %ld pixels of %.1f, label %ld\n", static_cast<long>(image.size(2)),
              static_cast<long>(image.size(3)), image.mean().item<double>(),
              static_cast<long>(label.template item<int>()));
  assert(image.size(2) == 2 && image.mean().item<double>() == 1);
}
