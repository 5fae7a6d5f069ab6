// expect-error: fastxx::OptimWrapper: LBFGS computes the loss several times in a step
#include <fastxx/low/optim/optim_wrapper.hpp>

#ifdef COMPILES
using Torch = torch::optim::SGD;
#else
using Torch = torch::optim::LBFGS;
#endif
void train(fastxx::OptimWrapper<Torch>& opt) { opt.step(); }
