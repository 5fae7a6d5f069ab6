// expect-error: fastxx::Module::child\(name, module\): 'module' must be a module holder such as torch::nn::Linear
#include <fastxx/low/nn/module.hpp>

struct Net : fastxx::Module<Net> {
#ifdef COMPILES
  Net() { child("scale", torch::nn::Linear(2, 2)); }
#else
  Net() { child("scale", at::Tensor()); }  // a tensor is a parameter or a buffer
#endif
};
