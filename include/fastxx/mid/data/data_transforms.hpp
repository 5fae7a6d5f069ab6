#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/loader_parts.hpp>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// The name of the part that type_tfms(...) makes.
struct TypeTransformsPart {};

/// How many pipelines, counted from the first, make inputs; the others make targets.
template <std::size_t N>
struct NInp {};
template <std::size_t N>
constexpr NInp<N> n_inp() {
  return {};
}

namespace detail {
template <class T>
inline constexpr bool is_n_inp_v = false;
template <std::size_t N>
inline constexpr bool is_n_inp_v<NInp<N>> = true;
template <std::size_t N, class... Pipelines>
struct TypePipelines {
  static_assert(!(is_n_inp_v<Pipelines> || ...),
                "fastxx::type_tfms: n_inp<N>() is the first argument, type_tfms(n_inp<N>(), pipelines...)");
  static constexpr std::size_t n_inp = N;
  std::tuple<Pipelines...> pipelines;
};
template <std::size_t N, class Tuple>
struct TypePipelinesOf;
template <std::size_t N, class... Pipelines>
struct TypePipelinesOf<N, std::tuple<Pipelines...>> {
  using type = TypePipelines<N, Pipelines...>;
};
inline constexpr std::size_t default_n_inp(std::size_t pipelines) { return pipelines > 1 ? pipelines - 1 : 1; }
}  // namespace detail

/// One pipeline for each element of an item, inputs first: `type_tfms(pipeline(...), pipeline(..., Categorize{}))`. All
/// but the last make inputs, unless it is said: `type_tfms(n_inp<1>(), image, boxes, labels)`.
template <class... Pipelines>
constexpr auto type_tfms(Pipelines... pipelines) {
  using Made = detail::TypePipelines<detail::default_n_inp(sizeof...(Pipelines)), Pipelines...>;
  return Part<TypeTransformsPart, Made>{Made{{std::move(pipelines)...}}};
}
template <std::size_t N, class... Pipelines>
constexpr auto type_tfms(NInp<N>, Pipelines... pipelines) {
  static_assert(
      N >= 1 && N <= sizeof...(Pipelines),
      "fastxx::type_tfms(n_inp<N>(), pipelines...): N must be at least 1 and at most the number of pipelines");
  using Made = detail::TypePipelines<N, Pipelines...>;
  return Part<TypeTransformsPart, Made>{Made{{std::move(pipelines)...}}};
}

/// All that turns raw items into batches, and back: what a program that trains and one that predicts must say alike. Put
/// it into a function that both call: `auto clothes() { return data_transforms(type_tfms(...), batch_tfms(...)); }`.
///
/// Source:  own design; in fastai the pickled Learner carries it
/// Example: examples/fashion_mnist.cpp
template <class TypePipelines, class Batching>
struct DataTransforms {
  static constexpr std::size_t n_inp = TypePipelines::n_inp;
  static constexpr std::size_t n_pipelines = std::tuple_size_v<decltype(TypePipelines::pipelines)>;

  TypePipelines type_tfms;
  Batching batching;

  auto const& pipelines() const { return type_tfms.pipelines; }
  /// The vocabulary of the targets; how many numbers a model's last layer must give for them.
  auto const& vocab() const { return detail::find_in_last<VocabAttribute, n_pipelines - 1>(pipelines()); }
  auto c() const { return detail::find_in_last<ClassCountAttribute, n_pipelines - 1>(pipelines()); }
};

/// `data_transforms(type_tfms(image, label), item_tfms(...), batch_tfms(...), before_batch(...))`, in any order; all but
/// type_tfms may be left out.
///
/// Source:  own design
/// Example: examples/fashion_mnist.cpp
template <class... Parts>
constexpr auto data_transforms(Parts... parts) {
  constexpr bool known = ((std::is_same_v<detail::part_name_t<Parts>, TypeTransformsPart> ||
                           detail::is_loader_part_v<detail::part_name_t<Parts>>)&&...);
  static_assert(known,
                "fastxx::data_transforms(parts...): a part must be type_tfms(...), item_tfms(...), batch_tfms(...) or "
                "before_batch(...); n_inp<N>() is the first argument of type_tfms");
  static_assert(!known || (detail::count_parts<TypeTransformsPart, Parts...>() == 1 &&
                           ((detail::count_parts<detail::part_name_t<Parts>, Parts...>() == 1) && ...)),
                "fastxx::data_transforms(parts...): type_tfms(...) must be given, and each part once");
  if constexpr (known && detail::count_parts<TypeTransformsPart, Parts...>() == 1) {
    auto types = detail::pick_part<TypeTransformsPart>(0, std::move(parts)...);
    auto batching = detail::pick_batching(std::move(parts)...);
    return DataTransforms<decltype(types), decltype(batching)>{std::move(types), std::move(batching)};
  }
}

}  // namespace fastxx
