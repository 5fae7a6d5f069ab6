// expect-only-error: of a Learner it is learn\.dls
#include "../../mid/train/toy.hpp"
#include <fastxx/mid/inspect/show.hpp>

auto show() {
  auto learn = toy::learner();
#ifdef COMPILES
  return fastxx::show_batch(learn.dls);
#else
  return fastxx::show_batch(learn);
#endif
}
