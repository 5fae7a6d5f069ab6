// expect-only-error: the model gives several tensors for several targets
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/serve/inference.hpp>

struct TwoHeadsImpl : torch::nn::Module {
  std::tuple<at::Tensor, at::Tensor> forward(at::Tensor const& x) { return {x, x}; }
};
TORCH_MODULE(TwoHeads);

auto element(auto getter) { return fastxx::pipeline(getter); }

#ifdef COMPILES  // who says which tensor is the prediction knows what he leaves out
template <>
struct fastxx::prediction_of<std::tuple<at::Tensor, at::Tensor>> {
  static at::Tensor get(std::tuple<at::Tensor, at::Tensor> const& output) { return std::get<1>(output); }
};
#endif
auto predicted(std::tuple<at::Tensor, at::Tensor, at::Tensor> const& item) {
  auto const transforms =
      fastxx::data_transforms(fastxx::type_tfms(fastxx::n_inp<1>(), element(fastxx::ItemGetter<0>{}),
                                                element(fastxx::ItemGetter<1>{}), element(fastxx::ItemGetter<2>{})));
  auto const loss = fastxx::loss_func(fastxx::MSELossFlat{});
  return fastxx::load_learner<fastxx::TensorBase>("x", transforms, TwoHeads(), loss).predict(item);
}
