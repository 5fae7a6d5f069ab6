// expect-only-error: a batch of these data has inputs alone
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  std::vector<toy::Item> const items = toy::line(8);
#else
  std::vector<at::Tensor> const items(8, at::ones({1}));
#endif
  fastxx::DataLoader const loader(items, {.batch_size = 4});
  fastxx::Learner learn(fastxx::DataLoaders(loader, loader), toy::model(), fastxx::loss_func(toy::Loss{}));
  learn.fit(1);
}
