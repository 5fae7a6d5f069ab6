// One epoch over 3,200 Fashion-MNIST images through Learner and DataLoader, beside a hand-written libtorch loop over
// the same images in the same order with the same network (four strided convolutions) and the same arithmetic on each
// batch. Short turns and many of them: what else runs on the machine then spoils few.
#include "compare.hpp"
#include <fastxx/low/core/memory.hpp>
#include <fastxx/vision.hpp>

#include <torch/optim/adam.h>

using namespace fastxx;
using namespace fastxx::vision;

namespace {

constexpr std::int64_t n_items = 3200, batch_size = 64;

struct NoValidation {
  void before_validate(auto&) { throw CancelValidException(); }
};

Sequential network() {
  set_seed(1);
  return Sequential(ConvLayer(1, 8, {.ks = 5, .stride = 2}), ConvLayer(8, 16, {.stride = 2}),
                    ConvLayer(16, 32, {.stride = 2}), ConvLayer(32, 64, {.stride = 2}), torch::nn::AdaptiveAvgPool2d(1),
                    torch::nn::Flatten(), torch::nn::Linear(64, 10));
}

// The same in libtorch's own classes; without its norms, it is what an epoch takes whatever is done about norms.
template <class Net>
Net plain_network(bool norms) {
  using namespace torch::nn;
  set_seed(1);
  Net net;
  std::int64_t before = 1, kernel = 5;
  for (std::int64_t const channels : {8, 16, 32, 64}) {
    net->push_back(Conv2d(Conv2dOptions(before, channels, kernel).stride(2).padding(kernel / 2).bias(false)));
    if (norms) net->push_back(BatchNorm2d(channels));
    net->push_back(ReLU(true));
    before = channels, kernel = 3;
  }
  net->push_back(AdaptiveAvgPool2d(1));
  net->push_back(Flatten());
  net->push_back(Linear(64, 10));
  return net;
}

// What somebody writes without us: shuffle, copy a batch together, scale, normalise, step. It keeps the loss of each
// batch, as the Learner does.
template <class Network, class Optimizer>
class HandWritten {
 public:
  HandWritten(IdxImages const& data, Network net, Optimizer& optimizer)
      : images_(data.images()), labels_(data.labels()), net_(net), optimizer_(optimizer) {}

  void operator()() {
    net_->train();
    auto const order = Random::of(0, epoch_++, 0).permutation(n_items);
    for (std::int64_t start = 0; start + batch_size <= n_items; start += batch_size) {
      auto const [x, y] = batch(&order[static_cast<std::size_t>(start)]);
      at::Tensor const loss = at::cross_entropy_loss(net_->forward(x), y);
      losses_.push_back(loss.item<double>());
      loss.backward();
      optimizer_.step();
      optimizer_.zero_grad();
    }
  }

 private:
  std::pair<at::Tensor, at::Tensor> batch(std::int64_t const* order) const {
    at::Tensor bytes = at::empty({batch_size, 1, 28, 28}, at::kByte), classes = at::empty({batch_size}, at::kLong);
    for (std::int64_t i = 0; i < batch_size; ++i) {
      std::memcpy(bytes.data_ptr<std::uint8_t>() + i * 784, images_.data_ptr<std::uint8_t>() + order[i] * 784, 784);
      classes.data_ptr<std::int64_t>()[i] = labels_.data_ptr<std::uint8_t>()[order[i]];
    }
    return {bytes.to(at::kFloat).div_(255).sub_(.286).div_(.353), classes};
  }

  at::Tensor images_, labels_;
  Network net_;
  Optimizer& optimizer_;
  std::uint64_t epoch_ = 0;
  std::vector<double> losses_;
};

}  // namespace

int main() {
  // Under glibc's defaults 0 to 400 pages a batch are given back and mapped again, up to a tenth of the time, and which
  // of the two programs pays depends on what lies at the end of the heap: on the other one, and on the linker.
  keep_freed_memory();
  auto const data = fashion_mnist();
  Splits splits{std::vector<std::int64_t>(n_items), std::vector<std::int64_t>(batch_size)};
  std::iota(splits[0].begin(), splits[0].end(), 0);
  std::iota(splits[1].begin(), splits[1].end(), n_items);
  Datasets const dsets(data.train, splits, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}, Categorize{.vocab = CategoryMap(data.train.classes(), false)}));
  auto const dls = dataloaders(dsets, {.batch_size = batch_size},
                               batch_tfms(IntToFloatTensor{}, Normalize::from_stats({.286}, {.353})));
  std::printf("%s\n", to_string(thread_plan(0)).c_str());

  Learner learn(dls, network(), metrics(accuracy), callbacks(NoValidation{}));
  learn.logger = [](auto const&) {};
  auto const ours = [&] { learn.fit(1); };

  Sequential by_hand = network();
  Optimizer our_adam = Adam{}.make({by_hand->parameters()});
  our_adam.no_weight_decay(norm_bias_params(*by_hand));
  std::string const epoch = "one epoch of 3,200 images, batch 64, four-layer CNN";
  bench::compare(
      {.name = "learner_loop", .unit = "ms", .note = epoch + "; other: hand-written loop with our Adam", .rounds = 61},
      ours, HandWritten(data.train, by_hand, our_adam));

  auto plain = plain_network<torch::nn::Sequential>(true);
  torch::optim::Adam plain_adam(plain->parameters(), torch::optim::AdamOptions(1e-3).betas({.9, .99}).eps(1e-5));
  bench::compare({.name = "cnn_epoch",
                  .unit = "ms",
                  .note = epoch + "; other: libtorch's classes, a hand-written loop and torch::optim::Adam",
                  .rounds = 61},
                 ours, HandWritten(data.train, plain, plain_adam));

  Learner no_norms(dls, plain_network<Sequential>(false), metrics(accuracy), callbacks(NoValidation{}));
  no_norms.logger = [](auto const&) {};
  bench::compare(
      {.name = "cnn_floor", .unit = "ms", .note = "the same epoch of ours without norms; the same other", .rounds = 31},
      [&] { no_norms.fit(1); }, HandWritten(data.train, plain, plain_adam));

  Sequential with_torch = network();
  torch::optim::Adam torch_adam(with_torch->parameters(), torch::optim::AdamOptions(1e-3).betas({.9, .99}).eps(1e-5));
  bench::compare({.name = "learner_vs_torch_optim",
                  .unit = "ms",
                  .note = epoch + "; other: hand-written loop with torch::optim::Adam",
                  .rounds = 61},
                 ours, HandWritten(data.train, with_torch, torch_adam));
}
