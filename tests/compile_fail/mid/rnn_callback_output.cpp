// expect-error: fastxx::RNNCallback: the model must give a std::tuple of its prediction, its raw outputs and its
#include "../../mid/train/toy.hpp"
#include <fastxx/mid/callbacks/rnn.hpp>

void train() {
  auto learn = toy::learner();
#ifdef COMPILES
  learn.add_cb(fastxx::ModelResetter{});
#else
  learn.add_cb(fastxx::RNNCallback{});
#endif
}
