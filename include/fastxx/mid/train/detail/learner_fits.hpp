#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/mid/data/detail/refused.hpp>
#include <fastxx/mid/data/stream.hpp>
#include <fastxx/mid/train/batch.hpp>

#include <tuple>
#include <type_traits>
#include <vector>

// What a Learner asks of the data, the model and the loaders it is given.
namespace fastxx::detail {

template <class Data>
concept LearnerData = requires(Data& data) {
  typename Data::batch_type;
  Data::n_inp;
  data.train();
  data.valid();
};
// A module by value is a copy that shares its parameters, but neither its mode nor its members.
template <class Model>
concept HeldModule = ModuleLike<Model> && !is_module_v<Model>;

template <class Model, class... X>
concept GivesOutput = requires(module_type_t<Model>& module, X const&... x) {
  requires !std::is_void_v<decltype(module.forward(as_model_input(x)...))>;
};
template <class Model, class Xb>
inline constexpr bool takes_batch = false;
template <class Model, class... X>
inline constexpr bool takes_batch<Model, std::tuple<X...>> = GivesOutput<Model, X...>;

template <class Data, class Model>
consteval bool fits_learner() {
  if constexpr (LearnerData<Data> && !std::is_same_v<Data, RefusedLoaders> && HeldModule<Model>)
    return takes_batch<Model, typename BatchSplit<typename Data::batch_type, Data::n_inp>::Xb>;
  return false;
}

template <class Loader>
concept ReadableLoader = StartsAnywhere<Loader> || requires(Loader& loader) {
  loader.stream();
} || requires(Loader& loader) {
  loader.begin();
  loader.end();
};

template <class Recipe>
concept OptimizerRecipe = requires(Recipe const& recipe, std::vector<std::vector<Tensor>> const& groups) {
  recipe.make(groups);
};

struct AnyNetwork : torch::nn::Module {
  Tensor forward(auto const&...) { return {}; }
};
struct AnyLoss {
  Tensor operator()(auto const&...) const { return {}; }
};

// The data of the Learner that stands for one that was refused.
template <class Data>
using refused_learner_data_t =
    std::conditional_t<LearnerData<Data> && !std::is_same_v<Data, RefusedLoaders>, Data, AnyLoaders>;

// Why this Learner is refused: one sentence.
template <class Data, class Model>
consteval void say_why_refused() {
  constexpr bool data = LearnerData<Data>, held = HeldModule<Model>;
  static_assert(data,
                "fastxx::Learner(dls, model, parts...): 'dls' must be what dataloaders(...), DataLoaders(train, valid) "
                "or loaders_of(train, valid) gives: the data come first, then the model");
  static_assert(
      !data || !is_module_v<Model>,
      "fastxx::Learner(dls, model, parts...): 'model' is a module by value, and its copy would have members of "
      "its own; write std::make_shared<Net>(...), or the holder that TORCH_MODULE(Net) makes");
  static_assert(
      !data || is_module_v<Model> || held,
      "fastxx::Learner(dls, model, parts...): 'model' must be a module holder such as torch::nn::Linear(1, 1), "
      "or a shared_ptr to a torch::nn::Module");
  if constexpr (data && held && !std::is_same_v<Data, RefusedLoaders>) {
    constexpr bool own = !std::is_same_v<module_type_t<Model>, torch::nn::Module>;
    static_assert(
        own,
        "fastxx::Learner(dls, model, parts...): a pointer to torch::nn::Module does not know its forward; give "
        "the pointer to the network's own class");
    static_assert(!own || fits_learner<Data, Model>(),
                  "fastxx::Learner(dls, model, parts...): 'model' needs a public forward(inputs...) that takes one "
                  "argument for each input of a batch and returns what it predicts; n_inp<N>() before the pipelines "
                  "says how many elements are inputs");
  }
}

}  // namespace fastxx::detail
