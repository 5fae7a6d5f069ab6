#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/modes.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/serve/loss_decoding.hpp>
#include <fastxx/mid/serve/transform_file.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// What a stage takes when it says so, void when it is a template.
template <class Stage>
consteval auto stage_parameter() {
  if constexpr (requires(Stage const& stage) { stage.encode; })
    return decltype(function_parameter<decltype(Stage::encode)>()){};
  else
    return decltype(encodes_parameter<Stage>()){};
}

// The type a pipeline gives, whatever comes in: from the first stage on that says what it takes. `void` stands for a
// type that nobody can know yet.
template <class X>
struct GivenType {
  using type = X;
};
template <class X, class Stage>
consteval auto operator>>(GivenType<X>, CheckStep<Stage>) {
  using Parameter = typename decltype(stage_parameter<Stage>())::type;
  if constexpr (!std::is_void_v<X>)
    return GivenType<encoded_t<Stage, X>>{};
  else if constexpr (requires { typename Stage::encoded_type; })  // what a stage gives, whatever it takes
    return GivenType<typename Stage::encoded_type>{};
  else if constexpr (!std::is_void_v<Parameter> && NamesEncodes<Stage>)
    return GivenType<encoded_t<Stage, Parameter>>{};
  else
    return GivenType<void>{};
}
template <class... Stages>
consteval auto given_type(Pipeline<Stages...> const*) {
  return (GivenType<void>{} >> ... >> CheckStep<Stages>{});
}

// Whether a pipeline has a use for an X: a stage takes it, or it is the result. Nobody can tell where every stage is a
// template.
template <class X>
struct UseOf {
  bool typed = false, used = false;
};
template <class X, class Stage>
consteval auto operator>>(UseOf<X> use, CheckStep<Stage>) {
  constexpr bool typed = !std::is_void_v<typename decltype(stage_parameter<Stage>())::type>;
  return UseOf<encoded_t<Stage, X>>{use.typed || typed, use.used || touches_item<Stage, X>()};
}
template <class X, class... Stages>
consteval bool has_use_for(Pipeline<Stages...> const* pipeline) {
  using Result = typename decltype(given_type(pipeline))::type;
  auto const use = (UseOf<X>{} >> ... >> CheckStep<Stages>{});
  return use.used || !use.typed || std::is_same_v<X, Result>;
}
template <class Transforms, class... Raw, std::size_t... I>
consteval bool stage_takes_one_of(std::index_sequence<I...>) {
  using Pipelines = std::decay_t<decltype(std::declval<Transforms const&>().pipelines())>;
  using All = std::tuple<Raw...>;
  return (has_use_for<std::tuple_element_t<(sizeof...(Raw) > 1 ? I : 0), All>>(
              static_cast<std::tuple_element_t<I, Pipelines> const*>(nullptr)) &&
          ...);
}

// A literal is a text where the pipeline of input I (of all inputs, when one item is for all) takes texts, else a path.
template <class T>
inline constexpr bool is_literal_v = std::is_convertible_v<T const&, char const*>;
template <class Transforms, bool ForAll, std::size_t I, class Raw>
decltype(auto) without_literal(Raw const& raw) {
  if constexpr (is_literal_v<Raw>) {
    constexpr bool is_text = [] {
      if constexpr (ForAll) {
        return stage_takes_one_of<Transforms, std::string>(std::make_index_sequence<Transforms::n_inp>{});
      } else {
        using Pipelines = std::decay_t<decltype(std::declval<Transforms const&>().pipelines())>;
        return has_use_for<std::string>(static_cast<std::tuple_element_t<I, Pipelines> const*>(nullptr));
      }
    }();
    return std::conditional_t<is_text, std::string, std::filesystem::path>(raw);
  } else {
    return (raw);
  }
}

// The type of the first target in a batch; void when it cannot be told.
template <class Transforms>
consteval auto target_in_batch() {
  if constexpr (Transforms::n_pipelines > Transforms::n_inp) {
    using Pipelines = std::decay_t<decltype(std::declval<Transforms const&>().pipelines())>;
    using Item =
        typename decltype(given_type(static_cast<std::tuple_element_t<Transforms::n_inp, Pipelines>*>(nullptr)))::type;
    if constexpr (std::is_void_v<Item>) {
      return std::type_identity<void>{};
    } else {
      using Batching = decltype(Transforms::batching);
      using Made = decltype(std::declval<Batching const&>().after_item(std::declval<std::tuple<Item>>()));
      using Collated = decltype(collate(std::declval<std::vector<Made>>()));
      using Batch = decltype(std::declval<Batching const&>().after_batch(std::declval<Collated>()));
      return std::type_identity<std::tuple_element_t<0, Batch>>{};
    }
  } else {
    return std::type_identity<Tensor>{};  // no target: what the model says is shown as it is
  }
}

}  // namespace detail

/// What a trained model needs to predict: the transforms, the loss (for its activation and decoding) and the model. It
/// holds no items and no optimizer, and needs no header of training. `Target` is what a batch's first target is.
///
/// Source:  fastai 2.7.18 learner.py export, load_learner, predict (H-41...H-43, TR-81)
/// Example: examples/doc/export.cpp
template <class Transforms, class Model, class Target>
class InferenceLearner {
 public:
  static constexpr std::size_t n_inp = Transforms::n_inp;

  Transforms transforms;
  LossDecoding loss;
  Model model;

  /// (decoded target, prediction as the loss decodes it, activated prediction) for one raw item, with the transforms of
  /// validation. The model is the learner's own, so that later training changes what is predicted.
  ///
  /// The item is what the source gives, or what any later stage of the input pipeline takes; a literal is a text or a path,
  /// whichever is taken. With several inputs it is
  /// the source's item, or one argument for each of them. The prediction, of a model that gives several tensors the
  /// first, is decoded as the target; as the first one where there are several, which is refused at compile time for a
  /// model that gives several tensors as well.
  template <class... Raw>
  auto predict(Raw const&... raw) {
    static_assert(sizeof...(Raw) == 1 || sizeof...(Raw) == n_inp,
                  "fastxx::InferenceLearner::predict(...): give one raw item, or one argument for each input");
    if constexpr ((detail::is_literal_v<Raw> || ...)) {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return predict(detail::without_literal<Transforms, sizeof...(Raw) == 1, I>(raw)...);
      }
      (std::index_sequence_for<Raw...>{});
    } else {
      std::vector<decltype(encoded(raw...))> one;
      one.push_back(encoded(raw...));
      return std::move(predict_encoded(std::move(one)).front());
    }
  }

  /// The same for many items, as one batch: before_batch sees them together and pads them to one length.
  template <class Items>
  auto predict_batch(Items const& items) {
    static_assert(
        requires { items[0], items.size(); },
        "fastxx::predict_batch(items): 'items' must have size() and operator[]; one item goes to predict(item)");
    std::vector<decltype(encoded(items[0]))> all;
    for (std::size_t i = 0; i < static_cast<std::size_t>(items.size()); ++i) all.push_back(encoded(items[i]));
    return predict_encoded(std::move(all));
  }

  /// Write model and transforms to a file that holds data, never code.
  ///
  /// A stage's members that serialize() does not name are settings: the program that loads says them again.
  /// Errors:  state_error [export.unnamed] for a lambda without a name; io_error when the file cannot be written; an
  ///          existing file then stays as it was
  void save(std::filesystem::path const& path) const {
    SafeTensors file;
    detail::write_transforms(file, transforms);
    detail::put_tensors(file, "model.", state_dict(detail::module_of(model)));
    save_safetensors(path, file);
  }

 private:
  static constexpr CallContext context{.split_idx = Split::valid};

  template <class... Raw>
  auto encoded(Raw const&... raw) const {
    static_assert((detail::stage_takes_one_of<Transforms, Raw...>(std::make_index_sequence<n_inp>{})),
                  "fastxx::predict(item): no stage of an input's pipeline takes this type; give the item as the source "
                  "does (a double where a double was trained on), or as a later stage takes it");
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      auto const all = std::tie(raw...);
      return std::make_tuple(
          std::get<I>(transforms.pipelines())(std::get<(sizeof...(Raw) > 1 ? I : 0)>(all), context)...);
    }
    (std::make_index_sequence<n_inp>{});
  }

  template <class Encoded>
  auto predict_encoded(std::vector<Encoded> encoded) {
    at::NoGradGuard const no_grad;
    detail::ModelModes const modes(detail::module_of(model));
    detail::module_of(model).eval();
    std::vector<std::tuple<decltype(decoded_target(Tensor())), Tensor, Tensor>> results;
    if (encoded.empty()) return results;
    auto const items = static_cast<std::int64_t>(encoded.size());
    auto const batch = detail::batch_tuple(batch_of(std::move(encoded), transforms.batching, context));
    Tensor const activated =
        loss.activation(std::apply([this](auto const&... x) { return this->output_of(x...); }, batch));
    Tensor const probabilities = activated.cpu(), decoded = loss.decodes(activated).cpu();
    if (decoded.dim() == 0 || decoded.size(0) != items)
      throw tensor_error("predict.rows",
                         {.call = "predict",
                          .expected = {"a row of predictions for each of ", items, " items"},
                          .got = detail::shape_text(decoded.sizes()),
                          .fix = "a batch transform, the model or the loss's decodes changes the number of rows"});
    for (std::int64_t i = 0; i < decoded.size(0); ++i)
      results.emplace_back(decoded_target(decoded[i]), decoded[i], probabilities[i]);
    return results;
  }

  // The first tensor of what the model gives; what libtorch refuses gets the shapes.
  template <class... X>
  Tensor output_of(X const&... x) {
    try {
      auto const output = forward(model, detail::as_model_input(x)...);
      using Output = std::decay_t<decltype(output)>;
      static_assert(
          Transforms::n_pipelines <= n_inp + 1 || !requires { requires prediction_of<Output>::takes_first; },
          "fastxx::predict: the model gives several tensors for several targets, and a prediction is one "
          "tensor, decoded as the first target; to say which one it is, specialise "
          "fastxx::prediction_of<Output>, or call the model yourself");
      return prediction_of<Output>::get(output);
    } catch (error const&) {
      throw;
    } catch (std::exception const& e) {
      std::string const text = e.what();
      std::string shapes;
      auto add_shape = [&](auto const& input) {
        if constexpr (std::is_base_of_v<Tensor, std::decay_t<decltype(input)>>)
          shapes += (shapes.empty() ? "" : " ") + detail::shape_text(input.sizes());
      };
      (add_shape(x), ...);
      std::throw_with_nested(tensor_error("predict.model", {.call = "predict",
                                                            .expected = "inputs that the model takes",
                                                            .got = text.substr(0, text.find('\n')),
                                                            .where = {"inputs of shape ", shapes},
                                                            .fix = "give items as they were trained on"}));
    }
  }

  auto decoded_target(Tensor const& decoded) const {
    auto const& batching = transforms.batching;
    auto const one = std::make_tuple(detail::predicted_as<Target>(decoded.unsqueeze(0)));
    auto target = std::get<0>(decode_batch(one, batching, 1).at(0));
    if constexpr (Transforms::n_pipelines > n_inp)
      return std::get<n_inp>(transforms.pipelines()).decode_until_shown(std::move(target));
    else
      return target;
  }
};

namespace detail {

template <class Transforms, class... Parts>
LossDecoding served_decoding(Transforms const& transforms, Parts... parts) {
  if constexpr (count_parts<LossFuncPart, Parts...>() == 1)
    return LossDecoding::of(pick_part<LossFuncPart>(0, std::move(parts)...));
  else
    return LossDecoding::of(find_in_last<LossFuncAttribute, Transforms::n_pipelines - 1>(transforms.pipelines()));
}

// Only transforms that have been loaded know the number of classes.
template <class Transforms, class ModelOrFactory>
auto served_model(Transforms const& filled, ModelOrFactory& model_or_factory) {
  if constexpr (requires { module_of(model_or_factory); })
    return model_or_factory;
  else if constexpr (requires { model_or_factory(std::int64_t{}); })
    return model_or_factory(filled.c());
  else
    return model_or_factory();
}

}  // namespace detail

/// Load what Learner::export_to wrote, into the code of this program: `load_learner(path, clothes(), small_cnn)`.
///
/// `transforms` says what training said (best by calling one function); their state comes from the file. `model` is a
/// module of the trained structure, or a function that makes one, for a number of classes or without argument. The loss
/// is the one that the target's pipeline carries; give the `loss_func(...)` of training where there was another one.
/// `Target`, what a batch's first target is, comes from the last stages of its pipeline, where they say what they take.
///
/// Errors:  io_error for a missing, truncated or hostile file, [load_learner.format] for one that is no export,
///          [load_learner.stages] when a pipeline has other stages; state_error [state_dict.mismatch] when it is from
///          another model; compile-time sentences for a missing loss and an unknown Target
/// Source:  fastai 2.7.18 learner.py load_learner (H-42)
/// Example: examples/fashion_mnist.cpp
template <class Target = void, class Transforms, class ModelOrFactory, class... Parts>
auto load_learner(std::filesystem::path const& path, Transforms transforms, ModelOrFactory model_or_factory,
                  Parts... parts) {
  using Told = typename decltype(detail::target_in_batch<Transforms>())::type;
  using Known = std::conditional_t<std::is_void_v<Target>, Told, Target>;
  constexpr bool loss_given = detail::count_parts<LossFuncPart, Parts...>() == 1;
  constexpr bool has_loss =
      loss_given ||
      detail::attribute_count<LossFuncAttribute, std::decay_t<decltype(transforms.pipelines())>>::value > 0;
  static_assert(detail::count_parts<LossFuncPart, Parts...>() == sizeof...(Parts),
                "fastxx::load_learner(path, transforms, model, parts...): the only part is loss_func(...)");
  static_assert(has_loss,
                "fastxx::load_learner: no transform carries a loss function; give the one of training: loss_func(...)");
  static_assert(!std::is_void_v<Known>,
                "fastxx::load_learner: the last stages of the target's pipeline are templates and do not say what a "
                "target is; name the type of a batch's target: load_learner<TensorCategory>(...)");
  if constexpr (has_loss && !std::is_void_v<Known>) {
    auto decoding = detail::served_decoding(transforms, std::move(parts)...);
    SafeTensors const file = load_safetensors(path);
    // Not assigned to what was given: a lambda with captures cannot be.
    Transforms filled = detail::read_transforms(file, path.string(), std::move(transforms));
    auto model = detail::served_model(filled, model_or_factory);
    load_state_dict(detail::module_of(model), detail::tensors_under(file, "model."), /*strict=*/true, path.string());
    auto const own = state_dict(detail::module_of(model));
    if (!own.empty()) filled.batching.device = own.begin()->second.device();
    return InferenceLearner<Transforms, decltype(model), Known>{std::move(filled), std::move(decoding),
                                                                std::move(model)};
  }
}

}  // namespace fastxx
