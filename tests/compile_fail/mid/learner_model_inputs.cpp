// expect-only-error: 'model' needs a public forward\(inputs
#include "../../mid/train/toy.hpp"

struct Net : torch::nn::Module {
  at::Tensor forward(at::Tensor const& x) { return x; }
};
struct NetOfTwo : torch::nn::Module {
  at::Tensor forward(at::Tensor const& x, at::Tensor const& y) { return x + y; }
};

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), std::make_shared<Net>(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(toy::loaders(), std::make_shared<NetOfTwo>(), fastxx::loss_func(toy::Loss{}));
#endif
  learn.fit(1);
}
