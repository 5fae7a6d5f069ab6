// expect-only-error: 'learn' must be a Learner; data alone go to show_batch
#include "../../mid/train/toy.hpp"
#include <fastxx/mid/inspect/show.hpp>

auto show() {
  auto learn = toy::learner();
#ifdef COMPILES
  return fastxx::show_results(learn);
#else
  return fastxx::show_results(learn.dls);
#endif
}
