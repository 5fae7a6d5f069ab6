// expect-error: a member of this callback is named almost like an event
#include "../../mid/train/toy.hpp"

struct Misspelt {
  void after_batch(auto&) {}
#ifdef COMPILES
  void after_epoch(auto&) {}
#else
  void after_epoc(auto&) {}
#endif
};

void train() {
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::callbacks(Misspelt{}));
}
