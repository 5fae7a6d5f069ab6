// expect-only-error: a pointer to torch::nn::Module does not know its forward
#include "../../mid/train/toy.hpp"

struct Net : torch::nn::Module {
  torch::nn::Linear linear = register_module("linear", torch::nn::Linear(1, 1));
  at::Tensor forward(at::Tensor const& x) { return linear->forward(x); }
};

void train() {
#ifdef COMPILES
  std::shared_ptr<Net> const net = std::make_shared<Net>();
#else
  std::shared_ptr<torch::nn::Module> const net = std::make_shared<Net>();
#endif
  fastxx::Learner learn(toy::loaders(), net, fastxx::loss_func(toy::Loss{}));
  learn.fit(1);
}
