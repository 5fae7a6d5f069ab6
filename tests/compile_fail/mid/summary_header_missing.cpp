// expect-error: fastxx::Learner::summary: #include <fastxx/mid/inspect/model_summary\.hpp>
#ifdef COMPILES
#include <fastxx/mid/inspect/model_summary.hpp>
#endif
#include "../../mid/train/toy.hpp"

void train() {
  auto learn = toy::learner();
  learn.summary();
}
