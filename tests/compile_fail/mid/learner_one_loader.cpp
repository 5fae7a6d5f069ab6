// expect-only-error: 'dls' must be what dataloaders\(\.\.\.\), DataLoaders\(train, valid\)
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  fastxx::DataLoader const one(toy::line(8), {.batch_size = 4});
  fastxx::Learner learn(fastxx::DataLoaders(one, one), toy::model(), fastxx::loss_func(toy::Loss{}));
#else
  fastxx::DataLoader const one(toy::line(8), {.batch_size = 4});
  fastxx::Learner learn(one, toy::model(), fastxx::loss_func(toy::Loss{}));
#endif
  learn.fit(1);
}
