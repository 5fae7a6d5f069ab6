// expect-error: callbacks are given to a fit inside callbacks\(\.\.\.\): learn\.fit\(5, callbacks\(GradientClip\(1\)\)\)
#include "../../mid/train/toy.hpp"

struct Mine {
  void after_fit(auto&) {}
};

void train() {
  auto learn = toy::learner();
#ifdef COMPILES
  learn.fit(1, fastxx::callbacks(Mine{}));
#else
  learn.fit(1, Mine{});
#endif
}
