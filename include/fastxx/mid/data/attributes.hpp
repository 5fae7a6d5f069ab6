#pragma once

#include <fastxx/low/transform/pipeline.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Names of things stages may carry for others to find: a vocabulary, the number of classes, the loss of their targets.
/// Each is a function object for Pipeline::find; stages have the member of the same name.
///
/// Source:  fastai 2.7.18 data/core.py (attributes gathered from pipelines, features L-16)
/// Example: examples/doc/datasets.cpp
struct VocabAttribute {
  template <class Stage>
  requires requires(Stage const& stage) { stage.vocab; }
  constexpr auto const& operator()(Stage const& stage) const { return stage.vocab; }
};
/// How many numbers a model gives for the targets.
struct ClassCountAttribute {
  template <class Stage>
  requires requires(Stage const& stage) { stage.c(); }
  constexpr std::int64_t operator()(Stage const& stage) const { return stage.c(); }
};
struct LossFuncAttribute {
  template <class Stage>
  requires requires(Stage const& stage) { stage.loss_func; }
  constexpr auto operator()(Stage const& stage) const { return stage.loss_func; }
};

namespace detail {
// The names that a dataset knows: a vocabulary of its targets' pipeline comes first, then its member `classes()`.
template <class Dataset>
std::vector<std::string> names_of_classes(Dataset const& dataset) {
  if constexpr (requires { dataset.class_names(); })
    return dataset.class_names();
  else if constexpr (requires { dataset.classes(); })
    return dataset.classes();
  else
    return {};
}
}  // namespace detail

/// The names of the classes of some data, as a part of DataLoaders: those assigned, else those that the data know.
///
/// Source:  own design; fastai asks dls.vocab (H-55, P-05)
/// Example: examples/doc/datasets.cpp
class ClassNames {
 public:
  /// Names for data that have none of their own.
  void set_class_names(std::vector<std::string> names) { assigned_ = std::move(names); }

 protected:
  template <class Loader>
  std::vector<std::string> class_names_of(Loader const& loader) const {
    if (!assigned_.empty()) return assigned_;
    if constexpr (requires { loader.dataset(); })
      return detail::names_of_classes(loader.dataset());
    else
      return {};
  }

 private:
  std::vector<std::string> assigned_;
};

namespace detail {

template <class Attribute, class Pipelines>
struct attribute_count;
template <class Attribute, class... Pipelines>
struct attribute_count<Attribute, std::tuple<Pipelines...>> {
  static constexpr std::size_t value = (0 + ... + Pipelines::template count<Attribute>());
};

// Stands for what was not found, behind the sentence that says so, lest more errors follow.
inline constexpr std::array<int, 0> no_attribute{};

// The attribute from the last pipeline that has it: targets come after inputs.
template <class Attribute, std::size_t I, class Pipelines>
constexpr decltype(auto) find_in_last(Pipelines const& pipelines) {
  constexpr bool here = std::decay_t<decltype(std::get<I>(pipelines))>::template count<Attribute>() > 0;
  static_assert(
      here || I > 0,
      "fastxx: no stage of these pipelines has what is asked for: Categorize{} in the target's pipeline has a "
      "vocabulary, a number of classes c() and a loss, RegressionSetup has c() and a loss; else give "
      "loss_func(...), and c by hand");
  if constexpr (here)
    return std::get<I>(pipelines).find(Attribute{});
  else if constexpr (I > 0)
    return find_in_last<Attribute, I - 1>(pipelines);
  else
    return (no_attribute);
}

}  // namespace detail
}  // namespace fastxx
