// expect-error: fastxx::Learner::save: #include <fastxx/mid/train/checkpoint\.hpp>
#ifdef COMPILES
#include <fastxx/mid/train/checkpoint.hpp>
#endif
#include "../../mid/train/toy.hpp"

void train() {
  auto learn = toy::learner();
  learn.save("model.safetensors");
}
