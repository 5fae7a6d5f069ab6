// expect-error: fastxx::Learner::lr_find: #include <fastxx/mid/inspect/lr_find\.hpp>
#ifdef COMPILES
#include <fastxx/mid/inspect/lr_find.hpp>
#endif
#include "../../mid/train/toy.hpp"

void train() {
  auto learn = toy::learner();
  learn.lr_find();
}
