// expect-only-error: a callback is given by value, callbacks\(Mine\{\.\.\.\}\), not as a pointer
#include "../../mid/train/toy.hpp"

struct Mine {
  void after_fit(fastxx::TrainState&) {}
};

void train() {
#ifdef COMPILES
  toy::learner(fastxx::callbacks(Mine{}));
#else
  toy::learner(fastxx::callbacks(std::make_shared<Mine>()));
#endif
}
