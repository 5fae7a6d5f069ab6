// expect-only-error: the option 'every_epoch' of Checkpoint is \.every = 0
#include <fastxx/mid/train/checkpoint.hpp>

auto checkpoint() {
#ifdef COMPILES
  return fastxx::Checkpoint("run", {.every = 0, .resume = false});
#else
  return fastxx::Checkpoint("run", {.every_epoch = true, .resume = false});
#endif
}
