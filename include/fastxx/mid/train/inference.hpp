#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/parts.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/train/batch.hpp>
#include <fastxx/mid/train/learner_parts.hpp>
#include <fastxx/mid/train/loop.hpp>
#include <fastxx/mid/train/loss.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What a trained model needs at inference: the input's and the target's pipeline, item and batch transforms, the loss
/// (for its activation and decoding) and the model. Holds data and code, no items, no optimizer.
///
/// Source:  fastai 2.7.18 learner.py export, load_learner, predict (H-41...H-43, TR-81)
/// Example: examples/fashion_mnist.cpp
template <class InputPipeline, class TargetPipeline, class AfterItem, class AfterBatch, class Model, class Target>
class InferenceLearner {
 public:
  InputPipeline input;
  TargetPipeline target;
  AfterItem after_item;
  AfterBatch after_batch;
  LossDecoding loss;
  Model model;

  /// (decoded target, prediction as the loss decodes it, activated prediction) for one raw item.
  ///
  /// The item is what the source gives, or what any later stage of the input pipeline takes.
  template <class Item>
  auto predict(Item const& item) {
    at::NoGradGuard const no_grad;
    detail::ModelModes const modes(detail::module_of(model));
    model->eval();
    CallContext const context{.split_idx = Split::valid};
    auto const encoded = after_item(std::make_tuple(input(item, context)), context);
    using Encoded = std::decay_t<decltype(encoded)>;
    auto const batch = after_batch(collate(std::vector<Encoded>{encoded}), context);
    Tensor const raw =
        std::apply([this](auto const&... x) { return forward(model, detail::as_model_input(x)...); }, batch);
    Tensor const activated = loss.activation(raw);
    Tensor const probabilities = activated.cpu()[0];
    Tensor const decoded = loss.decodes(activated).cpu()[0];
    return std::make_tuple(target.decode_until_shown(Target(decoded)), decoded, probabilities);
  }

  /// Write model and transforms to a file that holds data, never code.
  ///
  /// Errors:  io_error when the file cannot be written; an existing file then stays as it was
  void save(std::filesystem::path const& path) {
    SafeTensors file;
    file.metadata["fastxx.format"] = "1";
    file.metadata["fastxx.type"] = fingerprint();
    serialize_transforms(StateWriter(file, ""));
    for (auto const& [name, tensor] : state_dict(*model)) file.tensors["model." + name] = tensor.cpu().contiguous();
    save_safetensors(path, file);
  }

  /// Take model and transforms from a file that save() wrote.
  ///
  /// Errors:  io_error for a missing, truncated or hostile file, [load_learner.type] when it is from other pipelines;
  ///          state_error [state_dict.mismatch] when it is from another model
  void load(std::filesystem::path const& path) {
    SafeTensors const file = load_safetensors(path);
    auto const found = file.metadata.find("fastxx.type");
    if (found == file.metadata.end() || found->second != fingerprint())
      throw io_error("load_learner.type",
                     {.call = "load_learner",
                      .expected = "an export of these pipelines: " + fingerprint(),
                      .got = found == file.metadata.end() ? "a file without pipelines" : found->second,
                      .where = path.string(),
                      .fix = "load it with the pipelines it was exported with"});
    std::map<std::string, Tensor> weights;
    for (auto const& [name, tensor] : file.tensors)
      if (name.starts_with("model.")) weights.emplace(name.substr(6), tensor);
    InferenceLearner filled = *this;  // transforms are filled aside: a file that fails half-way changes nothing
    filled.serialize_transforms(StateReader(file, "", path.string()));
    load_state_dict(*model, weights);
    *this = std::move(filled);
  }

 private:
  static std::string fingerprint() {
    return type_name<InputPipeline>() + " | " + type_name<TargetPipeline>() + " | " + type_name<AfterItem>() + " | " +
           type_name<AfterBatch>();
  }

  template <class Archive>
  void serialize_transforms(Archive archive) {
    auto part = [&](std::string const& name, auto& pipeline) {
      auto inner = archive.nested(name);
      pipeline.serialize(inner);
    };
    part("input", input), part("target", target), part("after_item", after_item), part("after_batch", after_batch);
  }
};

/// The pipelines of a learner's datasets, input first: `type_tfms(pipeline(...), pipeline(..., Categorize{}))`.
struct TypeTransformsPart {};
template <class Input, class Target>
auto type_tfms(Input input, Target target) {
  return Part<TypeTransformsPart, std::pair<Input, Target>>{{std::move(input), std::move(target)}};
}

/// Load what Learner::export_to wrote, into the code of this program:
/// `load_learner(path, model, type_tfms(image, label), batch_tfms(IntToFloatTensor{}, Normalize{}))`.
///
/// The file holds data only; transforms and model are the program's own and are filled from it. Parts: type_tfms,
/// item_tfms, batch_tfms, loss_func (without it the one the target pipeline carries). `Target` is what the target
/// pipeline decodes.
/// Errors:  those of InferenceLearner::load
/// Source:  fastai 2.7.18 learner.py load_learner
/// Example: examples/fashion_mnist.cpp
template <class Target = TensorCategory, class Model, class... Parts>
auto load_learner(std::filesystem::path const& path, Model model, Parts... parts) {
  static_assert(detail::count_parts<TypeTransformsPart, Parts...>() == 1,
                "fastxx::load_learner(path, model, parts...): give the two pipelines as type_tfms(input, target)");
  auto tfms = detail::pick_part<TypeTransformsPart>(0, parts...);
  auto after_item = detail::pick_part<ItemTransformsPart>(Pipeline<>(), parts...);
  auto after_batch = detail::pick_part<BatchTransformsPart>(Pipeline<>(), parts...);
  auto loss = [&] {
    if constexpr (detail::count_parts<LossFuncPart, Parts...>() > 0)
      return LossDecoding::of(detail::pick_part<LossFuncPart>(0, parts...));
    else
      return LossDecoding::of(tfms.second.find(LossFuncAttribute{}));
  }();
  InferenceLearner<decltype(tfms.first), decltype(tfms.second), decltype(after_item), decltype(after_batch), Model,
                   Target>
      learner{std::move(tfms.first),  std::move(tfms.second), std::move(after_item),
              std::move(after_batch), std::move(loss),        std::move(model)};
  learner.load(path);
  return learner;
}

/// What predicts: copies of a learner's transforms and loss with the same model; Learner::inference() finds it here.
///
/// Source:  own design
/// Example: examples/fashion_mnist.cpp
template <class Learner>
auto inference_of(Learner const& learn) {
  auto const& pipelines = learn.dls.pipelines();
  using Pipelines = std::decay_t<decltype(pipelines)>;
  static_assert(std::tuple_size_v<Pipelines> == 2,
                "fastxx::Learner::inference(): one input and one target pipeline are needed");
  using Target = std::tuple_element_t<0, decltype(learn.yb)>;
  auto const& loader = learn.dls.valid();
  return InferenceLearner<std::tuple_element_t<0, Pipelines>, std::tuple_element_t<1, Pipelines>,
                          std::decay_t<decltype(loader.after_item())>, std::decay_t<decltype(loader.after_batch())>,
                          typename Learner::model_type, Target>{std::get<0>(pipelines),
                                                                std::get<1>(pipelines),
                                                                loader.after_item(),
                                                                loader.after_batch(),
                                                                LossDecoding::of(learn.loss_func),
                                                                learn.model};
}

}  // namespace fastxx
