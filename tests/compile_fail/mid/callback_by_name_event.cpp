// expect-error: a callback that is chosen at run time is made before the Learner's type is known: write its
#include <fastxx/mid/callbacks_by_name.hpp>

struct Counter {
#ifdef COMPILES
  void after_batch(fastxx::TrainState&) {}
#else
  void after_batch(auto&) {}
#endif
};

void choose() { fastxx::AnyCallbacks().add(Counter{}); }
