#pragma once

#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/testing/compare.hpp>
#include <fastxx/testing/report.hpp>
#include <fastxx/testing/transform.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx::testing {

namespace detail {

// A value on its way through the stages, so that one flat fold does the walking: forwards, backwards, and checking.
template <class X>
struct Walk {
  X value;
  CallContext const& context;
};
template <class Stage>
struct Forwards {
  Stage const& stage;
};
template <class Stage>
struct Backwards {
  Stage const& stage;
};
template <class Stage>
struct Checking {
  Stage const& stage;
  LawOptions const& options;
  Report& report;
  std::size_t& index;
  bool& claims_inverse;
};

template <class X, class Stage>
auto operator>>(Walk<X> walk, Forwards<Stage> step) {
  auto next = encode(step.stage, std::move(walk.value), walk.context);
  return Walk<decltype(next)>{std::move(next), walk.context};
}
template <class Stage, class X>
auto operator>>(Backwards<Stage> step, Walk<X> walk) {
  auto next = decode(step.stage, std::move(walk.value), walk.context);
  return Walk<decltype(next)>{std::move(next), walk.context};
}
template <class X, class Stage>
auto operator>>(Walk<X> walk, Checking<Stage> step) {
  std::string const where = "stage " + std::to_string(step.index++) + ", " + type_name<Stage>();
  add(step.report, where, check_transform(step.stage, walk.value, step.options));
  using Laws = TransformLaws<Stage, X>;
  // A stage for one subset is passed by when no subset is said.
  if constexpr (fastxx::detail::touches_item<Stage, X>() && !fastxx::detail::undoes<Stage, typename Laws::Encoded>())
    if (Laws::subset(step.stage) == Split::none) step.claims_inverse = false;
  return std::move(walk) >> Forwards<Stage>{step.stage};
}

template <class P, class Item>
struct PipelineLaws {
  P const& pipeline;
  Item const& item;
  LawOptions const& options;
  Report& report;

  template <class Make>
  decltype(auto) with_stages(Make const& make) const {
    return hana::unpack(pipeline.stages(), make);
  }
  auto encoded(int split_idx = Split::none) const {
    Random random(options.seed);
    return pipeline(deep_copy(item), CallContext{.split_idx = split_idx, .random = &random});
  }

  void check() const {
    try {
      pipeline.decode(encoded());
    } catch (std::exception const& thrown) {
      report.broken.push_back(std::string("it does not take the item: it throws ") + thrown.what());
      return;
    }
    keeps_order();
    for (int const split_idx : {Split::none, Split::train, Split::valid}) encodes_stage_by_stage(split_idx);
    decodes_in_reverse();
    leaves_item_alone();
    if (stages_keep_laws() && options.invertible)
      expect_none(report, "decode() does not give back the item that was encoded",
                  [&] { return difference(pipeline.decode(encoded()), item, options.tolerance); });
  }

  // Whether the stages claim to be invertible together.
  bool stages_keep_laws() const {
    bool claims_inverse = true;
    with_stages([&](auto const&... stage) {
      std::size_t index = 0;
      (void)(Walk<Item>{deep_copy(item), CallContext{}} >> ... >>
             Checking<std::decay_t<decltype(stage)>>{stage, options, report, index, claims_inverse});
    });
    return claims_inverse;
  }

  void keeps_order() const {
    with_stages([this]<class... Stages>(Stages const&...) {
      std::array<int, sizeof...(Stages)> const orders{fastxx::detail::order_of<Stages>()...};
      for (std::size_t i = 1; i < orders.size(); ++i)
        if (orders[i] < orders[i - 1])
          report.broken.push_back("stage " + std::to_string(i) + " has order " + std::to_string(orders[i]) +
                                  " but stands behind order " + std::to_string(orders[i - 1]) +
                                  ": make it with pipeline(...), which sorts");
    });
  }

  void encodes_stage_by_stage(int split_idx) const {
    expect_none(
        report, "it encodes unlike its stages one after the other, for split_idx " + std::to_string(split_idx), [&] {
          Random random(options.seed);
          CallContext const context{.split_idx = split_idx, .random = &random};
          auto by_hand = with_stages([&](auto const&... stage) {
            return (Walk<Item>{deep_copy(item), context} >> ... >> Forwards<std::decay_t<decltype(stage)>>{stage});
          });
          return difference(encoded(split_idx), by_hand.value, exact);
        });
  }

  void decodes_in_reverse() const {
    expect_none(report, "it decodes unlike its stages, the last one first", [&] {
      CallContext const context;
      auto result = encoded();
      auto by_hand = with_stages([&](auto const&... stage) {
        return (Backwards<std::decay_t<decltype(stage)>>{stage} >> ... >>
                Walk<decltype(result)>{deep_copy(result), context});
      });
      return difference(pipeline.decode(std::move(result)), by_hand.value, exact);
    });
  }

  void leaves_item_alone() const {
    expect_none(report, "it changes the item it is given", [&] {
      auto const given = deep_copy(item);
      pipeline(given);
      return difference(given, item, exact);
    });
  }
};

}  // namespace detail

/// Check the laws of a pipeline on one item: it encodes like its stages one after the other in the order of their
/// `order`, for every subset, decodes like them in reverse, gives the item back where every stage has decodes(), leaves
/// it unchanged, and each stage keeps the laws of check_transform() on what reaches it.
///
/// Source:  fastcore 1.7.28 transform.py Pipeline for the laws
/// Example: examples/doc/laws.cpp
template <class P, class Item>
Report check_pipeline(P const& pipeline, Item const& item, LawOptions const& options = {}) {
  Report report{.subject = "Pipeline of " + std::to_string(decltype(hana::size(pipeline.stages()))::value) + " stages"};
  detail::PipelineLaws<P, Item>{pipeline, item, options, report}.check();
  return report;
}

}  // namespace fastxx::testing
