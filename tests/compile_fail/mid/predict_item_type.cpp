// expect-error: fastxx::predict\(item\): no stage of an input's pipeline takes this type
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/serve/inference.hpp>

void predict() {
  auto const number = [](double x) { return fastxx::TensorBase(at::full({1}, x)); };
  auto const transforms = fastxx::data_transforms(
      fastxx::type_tfms(fastxx::pipeline(fastxx::ItemGetter<0>{}, number), fastxx::pipeline(fastxx::ItemGetter<1>{})));
  auto learn = fastxx::load_learner<fastxx::TensorBase>("x", transforms, torch::nn::Linear(1, 1),
                                                        fastxx::loss_func(fastxx::MSELossFlat{}));
#ifdef COMPILES
  learn.predict(70.);
#else
  learn.predict(70);
#endif
}
