// expect-error: an optimizer has no learning rate of its own; give it to the fit, learn\.fit\(5, 1e-3\)
#include <fastxx/low/optim/recipes.hpp>

void make(fastxx::Optimizer::Groups const& groups) {
#ifdef COMPILES
  fastxx::Adam{.mom = .9}.make(groups);
#else
  fastxx::Adam(1e-3).make(groups);
#endif
}
