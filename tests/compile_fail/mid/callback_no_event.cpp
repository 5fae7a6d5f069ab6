// expect-error: this callback defines none of the events
#include "../../mid/train/toy.hpp"

struct Misspelt {
#ifdef COMPILES
  void after_batch(auto&) {}
#else
  void after_bach(auto&) {}
#endif
};

void train() {
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::callbacks(Misspelt{}));
}
