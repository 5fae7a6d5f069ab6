// expect-error: this callback or metric has serialize\(archive\): #include <fastxx/low/io/state\.hpp>
#ifdef COMPILES
#include <fastxx/low/io/state.hpp>
#endif
#include "../../mid/train/toy.hpp"

struct Counts {
  int batches = 0;
  void after_batch(auto&) { ++batches; }
  void serialize(auto& archive) { archive("batches", batches); }
};

void train() {
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::callbacks(Counts{}));
}
