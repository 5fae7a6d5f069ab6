// expect-only-error: 'monitor' is an option of 'track'
#include <fastxx/mid/train/tracker.hpp>

auto early_stopping() {
#ifdef COMPILES
  return fastxx::EarlyStopping({.track = {.monitor = "train_loss"}, .patience = 2});
#else
  return fastxx::EarlyStopping({.monitor = "train_loss", .patience = 2});
#endif
}
