// expect-error: fastxx::forward\(module, arguments...\): 'module' must be a torch::nn::Module, a module holder
#include <fastxx/low/nn/forward.hpp>

void run(torch::nn::Linear const& layer, at::Tensor const& x) {
#ifdef COMPILES
  fastxx::forward(layer, x);
#else
  fastxx::forward(x, layer);
#endif
}
