// expect-error: fastxx::forward\(module, arguments...\): this module has no forward that takes these arguments
#include <fastxx/low/nn/forward.hpp>

void run(torch::nn::Linear const& layer, at::Tensor const& x) {
#ifdef COMPILES
  fastxx::forward(layer, x);
#else
  fastxx::forward(layer, x, 3);
#endif
}
