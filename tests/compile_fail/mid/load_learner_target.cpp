// expect-error: name the type of a batch's target: load_learner<TensorCategory>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/serve/inference.hpp>

auto model() {
  auto const transforms = fastxx::data_transforms(
      fastxx::type_tfms(fastxx::pipeline(fastxx::ItemGetter<0>{}), fastxx::pipeline(fastxx::ItemGetter<1>{})));
  auto const loss = fastxx::loss_func(fastxx::MSELossFlat{});
#ifdef COMPILES
  return fastxx::load_learner<fastxx::TensorBase>("x", transforms, torch::nn::Linear(1, 1), loss);
#else
  return fastxx::load_learner("x", transforms, torch::nn::Linear(1, 1), loss);
#endif
}
