// expect-error: fastxx::register_callback\(name, make\): make must return the callback that it makes
#include <fastxx/mid/callbacks_by_name.hpp>

struct Counter {
  void after_batch(fastxx::TrainState&) {}
};

void choose() {
#ifdef COMPILES
  fastxx::register_callback("Counter", [](fastxx::CallbackOptions&) { return Counter{}; });
#else
  fastxx::register_callback("Counter", [](fastxx::CallbackOptions&) { Counter{}; });
#endif
}
