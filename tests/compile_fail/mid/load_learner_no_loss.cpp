// expect-error: fastxx::load_learner: no transform carries a loss function; give the one of training: loss_func\(\.\.\.\)
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/serve/inference.hpp>

auto model() {
  auto const number = [](double x) { return fastxx::TensorBase(at::full({1}, x)); };
  auto const transforms = fastxx::data_transforms(
      fastxx::type_tfms(fastxx::pipeline(fastxx::ItemGetter<0>{}), fastxx::pipeline(fastxx::ItemGetter<1>{}, number)));
#ifdef COMPILES
  return fastxx::load_learner("x", transforms, torch::nn::Linear(1, 1), fastxx::loss_func(fastxx::MSELossFlat{}));
#else
  return fastxx::load_learner("x", transforms, torch::nn::Linear(1, 1));
#endif
}
