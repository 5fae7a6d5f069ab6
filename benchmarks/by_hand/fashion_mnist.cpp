// The network and the training of examples/fashion_mnist.cpp written by hand on libtorch alone, with the same option
// parser: bench_compile compiles it to see what fastxx costs beside it.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <torch/torch.h>
#include <zlib.h>

namespace {

torch::Tensor read_idx(std::string const& path, std::vector<std::int64_t> shape) {
  gzFile const file = gzopen(path.c_str(), "rb");
  if (!file) throw std::runtime_error(path + ": cannot be read");
  unsigned char header[16];
  int const header_size = shape.size() == 3 ? 16 : 8;
  torch::Tensor const tensor = torch::empty(shape, torch::kByte);
  bool const whole = gzread(file, header, header_size) == header_size &&
                     gzread(file, tensor.data_ptr(), unsigned(tensor.numel())) == int(tensor.numel());
  gzclose(file);
  if (!whole) throw std::runtime_error(path + ": ends early");
  return tensor;
}

struct NetImpl : torch::nn::Module {
  NetImpl() {
    body = register_module("body", torch::nn::Sequential());
    for (std::int64_t nf = 16, ni = 1; nf <= 64; ni = nf, nf *= 2) {
      body->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(ni, nf, 3).padding(1).bias(false)));
      body->push_back(torch::nn::MaxPool2d(2));
      body->push_back(torch::nn::BatchNorm2d(nf));
      body->push_back(torch::nn::ReLU());
    }
    head = register_module(
        "head", torch::nn::Sequential(torch::nn::Flatten(), torch::nn::BatchNorm1d(576), torch::nn::Dropout(.3),
                                      torch::nn::Linear(576, 256), torch::nn::ReLU(), torch::nn::BatchNorm1d(256),
                                      torch::nn::Dropout(.3), torch::nn::Linear(256, 10)));
  }
  torch::Tensor forward(torch::Tensor x) { return head->forward(body->forward(x)); }
  torch::nn::Sequential body{nullptr}, head{nullptr};
};
TORCH_MODULE(Net);

double one_cycle(double pos, double lr_max) {
  auto cos = [](double from, double to, double at) { return from + (1 - std::cos(M_PI * at)) * (to - from) / 2; };
  return pos < .25 ? cos(lr_max / 25, lr_max, pos / .25) : cos(lr_max, lr_max / 1e5, (pos - .25) / .75);
}

}  // namespace

int main(int argc, char** argv) {
  int epochs = 7;
  std::int64_t batch_size = 64;
  std::uint64_t seed = 42;
  double lr_max = .01;
  std::string folder = "/usr/share/datasets/fashion-mnist", output = "model.pt";
  CLI::App app("Train a small convolutional network on Fashion-MNIST.");
  app.add_option("--epochs", epochs, "passes over the training images")->capture_default_str();
  app.add_option("--batch-size", batch_size, "images per step of the optimizer")->capture_default_str();
  app.add_option("--seed", seed, "of the split, the weights and the order")->capture_default_str();
  app.add_option("--lr", lr_max, "the highest learning rate")->capture_default_str();
  app.add_option("--data", folder, "folder of the data")->capture_default_str();
  app.add_option("--output", output, "the trained model")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    torch::manual_seed(seed);
    auto const images = read_idx(folder + "/train-images-idx3-ubyte.gz", {60000, 28, 28}).unsqueeze(1);
    auto const labels = read_idx(folder + "/train-labels-idx1-ubyte.gz", {60000}).to(torch::kLong);
    auto prepare = [](torch::Tensor x) { return x.to(torch::kFloat).div_(255).sub_(.286).div_(.353); };
    auto const order = torch::randperm(60000);
    auto const train = order.slice(0, 6000), valid = order.slice(0, 0, 6000);

    Net net;
    torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(lr_max).betas({.95, .99}).eps(1e-5));
    std::int64_t const steps = train.size(0) / batch_size;
    std::int64_t done = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
      net->train();
      auto const shuffled = train.index({torch::randperm(train.size(0))});
      double train_loss = 0;
      for (std::int64_t step = 0; step < steps; ++step, ++done) {
        double const lr = one_cycle(double(done) / double(steps * epochs), lr_max);
        for (auto& group : optimizer.param_groups()) group.options().set_lr(lr);
        auto const batch = shuffled.slice(0, step * batch_size, (step + 1) * batch_size);
        auto const loss =
            torch::nn::functional::cross_entropy(net->forward(prepare(images.index({batch}))), labels.index({batch}));
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        train_loss += loss.item<double>() / double(steps);
      }
      torch::NoGradGuard const no_grad;
      net->eval();
      double right = 0, valid_loss = 0;
      for (auto const& batch : valid.split(batch_size)) {
        auto const scores = net->forward(prepare(images.index({batch})));
        auto const truth = labels.index({batch});
        valid_loss += torch::nn::functional::cross_entropy(scores, truth).item<double>() * double(batch.size(0)) / 6000;
        right += scores.argmax(1).eq(truth).sum().item<double>();
      }
      std::printf("%d %.6f %.6f %.6f\n", epoch, train_loss, valid_loss, right / 6000);
    }
    torch::save(net, output);
  } catch (std::exception const& e) {
    std::cerr << "error: " << e.what() << "\n";
    return 1;
  }
}
