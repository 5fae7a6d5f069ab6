// expect-only-error: the option 'every_steps' of Checkpoint is called 'every' and counts training batches
#include <fastxx/mid/train/checkpoint.hpp>

auto checkpoint() {
#ifdef COMPILES
  return fastxx::Checkpoint("run", {.every = 50, .every_minutes = 5, .keep = 2});
#else
  return fastxx::Checkpoint("run", {.every_minutes = 5, .every_steps = 50, .keep = 2});
#endif
}
