// expect-error: fastxx: the options class of this optimizer is not known; specialise fastxx::torch_options for it
#include <fastxx/low/optim/optim_wrapper.hpp>

struct MySgd : torch::optim::SGD {
  using SGD::SGD;
};
#ifdef COMPILES
template <>
struct fastxx::torch_options<MySgd> : std::type_identity<torch::optim::SGDOptions> {};
#endif
void train(fastxx::OptimWrapper<MySgd>& opt) { opt.step(); }
