// expect-only-error: 'model' is a module by value, .* write std::make_shared<Net>
#include "../../mid/train/toy.hpp"

struct Net : torch::nn::Module {
  torch::nn::Linear linear = register_module("linear", torch::nn::Linear(1, 1));
  at::Tensor forward(at::Tensor const& x) { return linear->forward(x); }
};

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), std::make_shared<Net>(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(toy::loaders(), Net(), fastxx::loss_func(toy::Loss{}));
#endif
  learn.fit(1);
}
