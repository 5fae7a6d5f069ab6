#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/pack.hpp>
#include <fastxx/low/transform/arrange.hpp>
#include <fastxx/low/transform/check.hpp>
#include <fastxx/low/transform/display.hpp>
#include <fastxx/low/transform/function.hpp>
#include <fastxx/low/transform/items.hpp>

#include <array>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

// A value on its way through the stages; the operators let one flat fold expression do the walking.
template <class X>
struct Carry {
  X value;
};
template <class Stage>
struct EncodeStep {
  Stage const& stage;
  CallContext const& context;
};
template <class Stage>
struct DecodeStep {
  Stage const& stage;
  CallContext const& context;
};
template <class Stage>
struct DecodeUntilShown {
  Stage const& stage;
  CallContext const& context;
};
template <class X, class Stage>
constexpr auto operator>>(Carry<X> carry, EncodeStep<Stage> step) {
  return Carry<decltype(encode(step.stage, std::move(carry.value), step.context))>{
      encode(step.stage, std::move(carry.value), step.context)};
}
template <class Stage, class X>
constexpr auto operator>>(DecodeStep<Stage> step, Carry<X> carry) {
  return Carry<decltype(decode(step.stage, std::move(carry.value), step.context))>{
      decode(step.stage, std::move(carry.value), step.context)};
}
template <class Stage, class X>
constexpr auto operator>>(DecodeUntilShown<Stage> step, Carry<X> carry) {
  if constexpr (showable_item<X>)
    return carry;
  else
    return DecodeStep<Stage>{step.stage, step.context} >> std::move(carry);
}

}  // namespace detail

/// Transforms composed in the order of their `order` members (stable): encodes first to last, decodes last to first.
/// Everything about the composition is decided by the compiler; a pipeline of constexpr stages is constexpr.
///
/// Source:  fastcore 1.7.28 transform.py Pipeline
/// Example: examples/doc/pipeline.cpp
template <class... Stages>
class Pipeline {
  static_assert(
      (TransformLike<Stages> && ...),
      "fastxx::Pipeline: a stage must name encodes(), decodes() or setups(); write pipeline(...), which wraps "
      "functions");

 public:
  constexpr Pipeline() requires(sizeof...(Stages) > 0 && (std::is_default_constructible_v<Stages> && ...)) = default;
  constexpr explicit Pipeline(Stages... stages) : stages_(std::move(stages)...) {}

  static constexpr std::size_t size() { return sizeof...(Stages); }

  /// Encode an item (or a batch).
  template <class X>
  constexpr auto operator()(X&& x, CallContext const& context = {}) const {
    return encode_between<0>(std::forward<X>(x), context, std::index_sequence_for<Stages...>{});
  }

  /// Encode what is already part of the way: an `Item` this pipeline is meant for, what any stage gets in its place, or
  /// the final result. Starts at the first stage whose input is X; a compile-time sentence when there is none.
  ///
  /// Source:  fastai 2.7.18 data/core.py TfmdLists.infer_idx (features TR-15)
  template <class Item, class X>
  constexpr auto enter(X&& x, CallContext const& context = {}) const {
    using Walk = decltype(detail::Checked<Stages...>::look_back(detail::Entering<std::decay_t<X>, Item>{}));
    static_assert(enter_at<typename Walk::type, std::decay_t<X>>::found);
    if constexpr (enter_at<typename Walk::type, std::decay_t<X>>::found)
      return encode_between<Walk::index>(std::forward<X>(x), context,
                                         std::make_index_sequence<sizeof...(Stages) - Walk::index>{});
  }

  /// Undo every stage, last to first; what a stage cannot undo stays as it is.
  template <class X>
  constexpr auto decode(X&& x, CallContext const& context = {}) const {
    return hana::unpack(stages_,
                        [&](Stages const&... stage) {
                          return (detail::DecodeStep<Stages>{stage, context} >> ... >>
                                  detail::Carry<std::decay_t<X>>{std::forward<X>(x)});
                        })
        .value;
  }

  /// Undo stages, last to first, until the item (or every element of the tuple) can show itself.
  template <class X>
  constexpr auto decode_until_shown(X&& x, CallContext const& context = {}) const {
    return hana::unpack(stages_,
                        [&](Stages const&... stage) {
                          return (detail::DecodeUntilShown<Stages>{stage, context} >> ... >>
                                  detail::Carry<std::decay_t<X>>{std::forward<X>(x)});
                        })
        .value;
  }

  /// Decode an item until it can show itself and show it on `shown_on`, element after element; gives the context back.
  template <class X, class ShowContext>
  constexpr ShowContext show(X&& x, ShowContext shown_on, CallContext const& context = {}) const {
    return detail::show_item(decode_until_shown(std::forward<X>(x), context), std::move(shown_on));
  }

  /// Let every stage learn from the items as the stages before it leave them.
  ///
  /// Errors:  data_error [pipeline.setup_empty] when a stage has to learn and there are no items
  template <class Items>
  void setup(Items const& items, bool train_setup = false) {
    setup_each(items, train_setup, std::index_sequence_for<Stages...>{});
  }

  /// The stage of a type; a compile-time sentence when there is none.
  template <class Stage>
  constexpr Stage const& get() const {
    static_assert((std::is_same_v<Stage, Stages> || ...),
                  "fastxx::Pipeline::get<Stage>(): the pipeline has no such stage");
    constexpr std::size_t place = detail::place_of_first<std::is_same_v<Stage, Stages>...>();
    return hana::at_c<(place < sizeof...(Stages) ? place : 0)>(stages_);
  }
  template <class Stage>
  constexpr Stage& get() {
    return const_cast<Stage&>(std::as_const(*this).template get<Stage>());
  }
  template <std::size_t Index>
  constexpr auto const& at() const {
    return hana::at_c<Index>(stages_);
  }

  /// `attribute(stage)` of the stages that have it: the value itself for one, a tuple for several.
  template <class Attribute>
  constexpr decltype(auto) find(Attribute const& attribute) const {
    constexpr auto hits = detail::places_of<has_attribute<Stages, Attribute>()...>();
    static_assert(hits.size() > 0, "fastxx::Pipeline::find(): no stage of this pipeline has the attribute asked for");
    if constexpr (hits.size() == 1) {
      return attribute(hana::at_c<hits[0]>(stages_));
    } else if constexpr (hits.size() > 1) {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::make_tuple(attribute(hana::at_c<hits[I]>(stages_))...);
      }
      (std::make_index_sequence<hits.size()>{});
    }
  }
  /// How many stages have the attribute.
  template <class Attribute>
  static consteval std::size_t count() {
    return (0 + ... + static_cast<std::size_t>(has_attribute<Stages, Attribute>()));
  }

  /// Refuse, in one compile-time sentence, a stage that takes none of the types it would be given for this item.
  template <class Item>
  static consteval void check() {
    (void)detail::Checked<Stages...>::template forwards<Item>();
  }
  /// Refuse, in one compile-time sentence, a stage that encodes this item but cannot decode what comes back to it.
  template <class Item>
  static consteval void check_decode() {
    check<Item>();
    (void)detail::Checked<Stages...>::template backwards<decltype(std::declval<Pipeline const&>()(
        std::declval<Item>()))>();
  }

  /// A table of stages with the types that go in and come out.
  template <class Item>
  static std::string describe() {
    std::string table;
    (void)(detail::DescribeCarry<Item>{&table} >> ... >> detail::CheckStep<Stages>{});
    return table;
  }

  /// The stages in their order, each with its settings.
  std::string to_string() const {
    std::string text = "Pipeline:", arrow = " ";
    hana::for_each(stages_, [&](auto const& stage) {
      text += arrow + stage_text(stage);
      arrow = " -> ";
    });
    return text;
  }

  friend std::ostream& operator<<(std::ostream& out, Pipeline const& pipeline) { return out << pipeline.to_string(); }

  /// Save or load the state of all stages, each under the number of its place.
  ///
  /// Example: examples/doc/serialize.cpp
  template <class Archive>
  void serialize(Archive& archive) {
    each([&](std::size_t index, auto& stage) {
      auto inner = archive.nested(std::to_string(index));
      if constexpr (requires { stage.serialize(inner); }) stage.serialize(inner);
    });
  }

  /// Call `visit(index, stage)` for every stage in order.
  template <class Visit>
  constexpr void each(Visit visit) {
    std::size_t index = 0;
    hana::for_each(stages_, [&](auto& stage) { visit(index++, stage); });
  }

  constexpr hana::tuple<Stages...> const& stages() const { return stages_; }

 private:
  template <class Stage, class Attribute>
  static consteval bool has_attribute() {
    return requires(Attribute const& attribute, Stage const& stage) { attribute(stage); };
  }

  // The stages First, First + 1, ..., as many as there are in I.
  template <std::size_t First, class X, std::size_t... I>
  constexpr auto encode_between(X&& x, [[maybe_unused]] CallContext const& context, std::index_sequence<I...>) const {
    return (detail::Carry<std::decay_t<X>>{std::forward<X>(x)} >> ... >>
            detail::EncodeStep<std::decay_t<decltype(hana::at_c<First + I>(stages_))>>{hana::at_c<First + I>(stages_),
                                                                                       context})
        .value;
  }

  template <class Items, std::size_t... I>
  void setup_each(Items const& items, [[maybe_unused]] bool train_setup, std::index_sequence<I...>) {
    (setup_one<I>(items, train_setup), ...);
  }
  template <std::size_t I, class Items>
  void setup_one(Items const& items, bool train_setup) {
    auto& stage = hana::at_c<I>(stages_);
    if constexpr (detail::NamesSetups<std::decay_t<decltype(stage)>>) {
      auto through_prefix = [this](auto&& item) {
        return this->template encode_between<0>(item, CallContext{.split_idx = Split::train},
                                                std::make_index_sequence<I>{});
      };
      MappedItems const seen(items, through_prefix);
      using Stage = std::decay_t<decltype(stage)>;
      static_assert(
          !requires { &Stage::setups; } || requires { stage.setups(seen); },
          "fastxx: in a pipeline setups() gets the items as the earlier stages leave them, a type without a "
          "name; write it as a template: template <class Items> void setups(Items const& items)");
      fastxx::setup(stage, seen, train_setup);
    }
  }

  hana::tuple<Stages...> stages_;
};

namespace detail {

template <class T>
inline constexpr bool is_pipeline_v = false;
template <class... Stages>
inline constexpr bool is_pipeline_v<Pipeline<Stages...>> = true;

// A pipeline given as a stage contributes its stages.
template <class T>
constexpr auto stages_of(T t) {
  if constexpr (is_pipeline_v<T>)
    return t.stages();
  else
    return hana::tuple<decltype(make_transform(std::move(t)))>(make_transform(std::move(t)));
}

}  // namespace detail

/// Compose transforms, callables and pipelines: `pipeline(Resize{28}, [](TensorImage x) { return x / 255; })`.
///
/// Source:  fastcore 1.7.28 transform.py Pipeline
/// Example: examples/doc/pipeline.cpp
template <class... Parts>
constexpr auto pipeline(Parts... parts) {
  return detail::arrange(
      hana::tuple<decltype(detail::stages_of(std::declval<Parts>()))...>(detail::stages_of(std::move(parts))...),
      [](auto... stages) { return Pipeline<decltype(stages)...>(std::move(stages)...); });
}

/// As pipeline(), with one stage for each type: of several the last is kept, in the place of the first, so that what a
/// user gives replaces a block's default. Function pointers have one type for all functions and are all kept.
///
/// Source:  fastai 2.7.18 data/block.py _merge_tfms (features TR-14); differs: a function given twice is not recognised
/// Example: examples/doc/pipeline.cpp
template <class... Parts>
constexpr auto merge_pipelines(Parts... parts) {
  auto const all = hana::make_tuple(pipeline(std::move(parts)).stages()...);
  return detail::arrange_unique(all,
                                [](auto... stages) { return Pipeline<decltype(stages)...>(std::move(stages)...); });
}

}  // namespace fastxx
