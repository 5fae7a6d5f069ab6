// expect-error: a part is given twice
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::loss_func(toy::Loss{}));
#endif
}
