// expect-only-error: the member that child\(\.\.\.\) makes is a Child
#include <fastxx/low/nn/module.hpp>

struct Net : fastxx::Module<Net> {
#ifdef COMPILES
  Child<torch::nn::Linear> fc = child("fc", torch::nn::Linear(2, 2));
#else
  torch::nn::Linear fc = child("fc", torch::nn::Linear(2, 2));
#endif
  at::Tensor forward(at::Tensor const& x) { return fc(x); }
};

auto make() { return std::make_shared<Net>(); }
