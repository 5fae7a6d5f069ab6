// expect-error: fastxx::Hook\(module, function\): 'function' must take \(torch::nn::Module&, Tensors const& inputs
#include <fastxx/low/nn/hooks.hpp>

void hook(torch::nn::Linear const& layer) {
#ifdef COMPILES
  fastxx::Hook const mean(layer, [](torch::nn::Module&, fastxx::Tensors const&, fastxx::Tensors const& outputs) {
    return outputs.at(0).mean();
  });
#else
  fastxx::Hook const mean(layer, [](at::Tensor const& output) { return output.mean(); });
#endif
}
