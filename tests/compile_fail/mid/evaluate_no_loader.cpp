// expect-only-error: validate\(dl\) and get_preds\(dl\) read a loader
#include "../../mid/train/toy.hpp"

void train() {
  auto learn = toy::learner();
#ifdef COMPILES
  learn.get_preds(learn.dls.train());
#else
  learn.get_preds(at::ones({4, 1}));
#endif
}
