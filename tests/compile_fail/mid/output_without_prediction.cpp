// expect-error: no prediction is found in what this model gives
#include "../../mid/train/toy.hpp"

struct Output {
#ifdef COMPILES
  at::Tensor prediction;
#else
  at::Tensor scores;
#endif
};
struct NetImpl : torch::nn::Module {
  Output forward(at::Tensor const& x) { return {x}; }
};
TORCH_MODULE(Net);

void train() { fastxx::Learner(toy::loaders(), Net(), fastxx::loss_func(toy::Loss{})).fit(1); }
