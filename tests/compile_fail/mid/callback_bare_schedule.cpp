// expect-error: callbacks are given to a fit inside callbacks\(\.\.\.\): learn\.fit\(5, callbacks\(GradientClip\(1\)\)\)
#include "../../mid/train/toy.hpp"

struct Mine {
  void after_fit(fastxx::TrainState&) {}
};

void train() {
  auto learn = toy::learner();
#ifdef COMPILES
  learn.fit_one_cycle(1, {.lr_max = .1}, fastxx::callbacks(Mine{}));
#else
  learn.fit_one_cycle(1, {.lr_max = .1}, Mine{});
#endif
}
