// expect-error: fastxx: this argument must be a torch::nn::Module, a module holder such as torch::nn::Linear
#include <fastxx/low/nn/hooks.hpp>

#ifdef COMPILES
auto hook(torch::nn::Linear const& layer) { return fastxx::hook_output(layer); }
#else
auto hook(at::Tensor const& layer) { return fastxx::hook_output(layer); }
#endif
