// A plain libtorch network whose widths become a choice, are trained together, and go away again without a trace.
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/patch/elastic_width.hpp>
#include <fastxx/low/patch/replicate.hpp>

#include <cstdio>
#include <string>
#include <vector>

struct NetImpl : torch::nn::Cloneable<NetImpl> {  // somebody else's: nothing in it knows of widths or of fastxx
  NetImpl() { reset(); }
  void reset() override {
    conv = register_module("conv", torch::nn::Conv2d(1, 16, 3));
    norm = register_module("norm", torch::nn::BatchNorm2d(16));
    fc = register_module("fc", torch::nn::Linear(16 * 16, 4));
  }
  at::Tensor forward(at::Tensor x) { return fc(at::max_pool2d(norm(conv(x)).relu(), 3).flatten(1)); }
  torch::nn::Conv2d conv = nullptr;
  torch::nn::BatchNorm2d norm = nullptr;
  torch::nn::Linear fc = nullptr;
};
TORCH_MODULE(Net);

struct ElasticNet : fastxx::ElasticWidth<ElasticNet> {
  using ElasticWidth::ElasticWidth;
  std::vector<fastxx::ElasticGroup> groups() const override {
    return {{.name = "channels", .choices = {4, 8, 16}, .producers = {"conv", "norm"}, .consumers = {"fc"}}};
  }
};

struct Counter : fastxx::PatchManagerOf<Counter> {  // the smallest manager: counts the model's forward calls
  using PatchManagerOf::PatchManagerOf;
  int count() const { return std::any_cast<int>(patch_data().at("count")); }

 protected:
  fastxx::PatchData default_patch_data() override { return {{"count", 0}}; }
  void pre_forward(fastxx::Tensors const&) override { patch_data()["count"] = count() + 1; }
};

// Images with one corner brighter than the others; the class is the corner.
std::pair<at::Tensor, at::Tensor> corners(std::int64_t n) {
  auto const y = at::randint(4, {n}, at::kLong);
  auto x = at::randn({n, 1, 14, 14});
  for (std::int64_t i = 0; i < n; ++i) {
    auto const corner = y[i].item<std::int64_t>();
    x[i][0].narrow(0, corner / 2 * 7, 7).narrow(1, corner % 2 * 7, 7).add_(.6);
  }
  return {x * 5 + 20, y};
}

double accuracy(Net& net, at::Tensor const& x, at::Tensor const& y) {
  at::NoGradGuard const guard;
  return net->forward(x).argmax(1).eq(y).to(at::kFloat).mean().item<double>();
}

int main() {
  at::manual_seed(1);
  Net net;
  auto const [x, y] = corners(512);
  auto const [test_x, test_y] = corners(512);
  auto const loop = [data = x](torch::nn::Module& model) { model.as<NetImpl>()->forward(data); };

  ElasticNet manager(net);
  manager.patch();
  auto optimizer = fastxx::Adam{}.make({net->parameters()});
  optimizer.set_hyper("lr", 1e-2);
  fastxx::Random random(1);
  for (int step = 0; step < 60; ++step) {
    manager.sample(random);  // another width each step: all of them train the same weights
    at::cross_entropy_loss(net->forward(x), y).backward();
    optimizer.step();
    optimizer.zero_grad();
  }
  bool good = true;
  for (std::int64_t channels : {4, 8, 16}) {
    manager.select({{"channels", channels}});
    net->eval();
    auto const before = accuracy(net, test_x, test_y);
    fastxx::prep_for_eval(net, loop);  // batch norm needs the statistics of this width
    auto const after = accuracy(net, test_x, test_y);
    std::printf("%2ld channels: accuracy %.2f, calibrated %.2f\n", static_cast<long>(channels), before, after);
    good = good && after > .6;
  }
  auto const twin = fastxx::replicate(net);  // patched as well, with weights of its own
  good = good && fastxx::PatchManager::is_patched(twin);
  manager.unpatch();
  fastxx::recalibrate_batch_norm(net, loop);

  auto const plain = net->forward(test_x);
  auto const state = fastxx::clone_state(fastxx::state_dict(*net));
  manager.patch();
  manager.select({{"channels", 4}});
  fastxx::prep_for_eval(net, loop);
  manager.unpatch();
  bool same = at::equal(net->forward(test_x), plain);
  for (auto const& [name, tensor] : fastxx::state_dict(*net)) same = same && at::equal(tensor, state.at(name));
  std::printf("patched, narrowed, calibrated, unpatched: the old numbers bit for bit: %s\n", same ? "yes" : "no");

  Counter counter(net);
  counter.patch();
  fastxx::forward(net, test_x);
  fastxx::forward(net, test_x);
  std::printf("a manager of class Counter heard %d calls\n", counter.count());
  return good && same && counter.count() == 2 ? 0 : 1;
}
