// expect-only-error: raw items need a splitter and transforms
#include "../../mid/train/toy.hpp"

auto transforms() {
  auto const number = [](double x) { return at::full({1}, x); };
  return fastxx::data_transforms(fastxx::type_tfms(fastxx::pipeline(number), fastxx::pipeline(number)));
}

void train(std::vector<double> const& items) {
#ifdef COMPILES
  auto const dls = fastxx::dataloaders(items, fastxx::RandomSplitter{}, transforms(), {.batch_size = 2});
#else
  auto const dls = fastxx::dataloaders(items, transforms(), {.batch_size = 2});
#endif
  fastxx::Learner learn(dls, toy::model(), fastxx::loss_func(toy::Loss{}));
  learn.fit(1);
}
