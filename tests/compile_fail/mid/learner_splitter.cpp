// expect-only-error: f\(model\) must return the groups of parameters
#include "../../mid/train/toy.hpp"

void train() {
#ifdef COMPILES
  auto const groups = [](auto const& model) { return std::vector<std::vector<at::Tensor>>{model->parameters()}; };
#else
  auto const groups = [](auto const& model) { return model->parameters(); };
#endif
  fastxx::Learner learn(toy::loaders(), toy::model(), fastxx::loss_func(toy::Loss{}), fastxx::splitter(groups));
  learn.fit(1);
}
