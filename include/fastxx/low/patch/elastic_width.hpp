#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/patch/batch_norm.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <algorithm>
#include <any>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fastxx {

/// Channels of which a model can use the first few only.
///
/// Source:  own design, after NVIDIA Model Optimizer's dynamic modules
/// Example: examples/doc/patch_manager.cpp
struct ElasticGroup {
  std::string name = {};
  std::vector<std::int64_t> choices = {};   ///< widths to choose from; the largest is what the layers have
  std::vector<std::string> producers = {};  ///< Linear, Conv and BatchNorm whose outputs these channels are
  std::vector<std::string> consumers = {};  ///< Linear and Conv that read them, also flattened (N,C,H,W)
  std::int64_t largest() const { return *std::max_element(choices.begin(), choices.end()); }
};

/// The width of each group, by name.
using Widths = std::map<std::string, std::int64_t>;

namespace detail {

// How many rows and columns of a layer's tensors are in use; 0 for all of them.
struct UsedSize {
  std::int64_t rows = 0, columns = 0;
};

// visit(layer) for a Linear, a Conv of one group or a BatchNorm, in its own type; false for anything else.
template <class Visit>
bool visit_elastic_layer(torch::nn::Module& module, Visit const& visit) {
  using namespace torch::nn;
  bool known = false;
  auto try_layer = [&](auto* layer) {
    if (!layer) return;
    if constexpr (requires { layer->options.groups(); })
      if (layer->options.groups() != 1) return;
    known = true;
    visit(*layer);
  };
  try_layer(module.as<LinearImpl>());
  try_layer(module.as<Conv1dImpl>()), try_layer(module.as<Conv2dImpl>()), try_layer(module.as<Conv3dImpl>());
  try_layer(module.as<BatchNorm1dImpl>()), try_layer(module.as<BatchNorm2dImpl>());
  try_layer(module.as<BatchNorm3dImpl>());
  return known;
}

// The full numbers of rows and columns, whatever is selected now; 0 where there are none.
UsedSize full_size(torch::nn::Module const& layer);

Tensor first_of(Tensor const& tensor, std::int64_t dim, std::int64_t count);

// Weights are shared, so that they are trained. Statistics are copied: training and calibration write into them.
template <class Layer>
void narrow(Layer& layer, UsedSize const& part, Changes& changes) {
  auto const rows = [part](Tensor const& full) { return first_of(full, 0, part.rows); };
  changes.derive(layer.weight, [rows, part](Tensor const& full) { return first_of(rows(full), 1, part.columns); });
  changes.derive(layer.bias, rows);
  if constexpr (requires { layer.running_mean; }) {
    for (auto* const statistic : {&layer.running_mean, &layer.running_var})
      changes.derive(*statistic, [rows](Tensor const& full) { return rows(full).clone(); });
    changes.derive(layer.num_batches_tracked, [](Tensor const& full) { return full.clone(); });
  }
}

[[noreturn]] void refuse_elastic(char const* key, std::string const& group, std::string const& expected,
                                 std::string const& got);

}  // namespace detail

/// A manager that makes the widths of a model's layers a choice: sample() or select() some, train, evaluate, unpatch().
///
/// Narrow layers compute with views of the full weights, so gradients reach the full parameters and every width trains
/// the same ones; the names and parameters of the model do not change. Batch-norm statistics belong to the selected
/// widths and start as the full ones', also after loading a state: prep_for_eval(model, forward_loop) measures them. unpatch() brings back the full
/// layers with the statistics they had before patch(); after training call recalibrate_batch_norm once more.
/// Errors:  data_error [elastic.group], [elastic.width]
/// Source:  own design, after NVIDIA Model Optimizer's AutoNAS patch manager
/// Example: examples/doc/patch_manager.cpp
template <class Derived>
class ElasticWidth : public PatchManagerOf<Derived> {
 public:
  using PatchManagerOf<Derived>::PatchManagerOf;

  /// Draw a width for each group and select it.
  Widths sample(Random& random) {
    this->reset_before_sample();
    Widths widths;
    for (auto const& group : groups())
      widths[group.name] = group.choices[static_cast<std::size_t>(random.below(group.choices.size()))];
    apply(widths);
    return widths;
  }
  /// Use these widths; groups that are left out get their largest.
  void select(Widths const& widths) {
    this->reset_before_sample();
    apply(widths);
  }
  /// The widths in use.
  Widths const& widths() const { return std::any_cast<Widths const&>(this->patch_data().at("widths")); }

 protected:
  /// The groups of the model, whose parts are named as in its named_modules().
  virtual std::vector<ElasticGroup> groups() const = 0;

  PatchData default_patch_data() override { return {{"widths", Widths()}}; }
  void modify(Changes&) override { apply(widths()); }
  void post_eval(ForwardLoop const& forward_loop) override {
    if (forward_loop) recalibrate_batch_norm(this->model(), forward_loop);
  }

 private:
  using Parts = std::map<torch::nn::Module*, detail::UsedSize>;

  void apply(Widths const& widths) {
    auto const all = groups();
    for (auto const& entry : widths)
      if (std::ranges::none_of(all, [&](auto const& group) { return group.name == entry.first; }))
        detail::refuse_elastic("elastic.group", entry.first, "the name of a group", "none of that name");
    Parts parts;
    detail::each_batch_norm(this->patched_module(), [&](auto& layer) { parts[&layer]; });
    Widths selected;
    for (auto const& group : all) {
      auto const found = widths.find(group.name);
      selected[group.name] = found == widths.end() ? group.largest() : found->second;
      collect(parts, group, selected[group.name]);
    }
    auto& changes = this->changes();
    changes.undo();
    for (auto const& entry : parts)
      detail::visit_elastic_layer(*entry.first, [&](auto& layer) { detail::narrow(layer, entry.second, changes); });
    this->patch_data()["widths"] = selected;
  }

  // Everything is checked here, before anything changes.
  void collect(Parts& parts, ElasticGroup const& group, std::int64_t width) const {
    if (std::ranges::find(group.choices, width) == group.choices.end())
      detail::refuse_elastic("elastic.width", group.name, "one of the group's choices", std::to_string(width));
    auto const modules = this->patched_module().named_modules();
    auto layer = [&](std::string const& name) {
      auto const* const found = modules.find(name);
      if (!found || !detail::visit_elastic_layer(**found, [](auto&) {}))
        detail::refuse_elastic("elastic.group", group.name, "names of Linear, Conv (of one group) and BatchNorm layers",
                               "'" + name + "'");
      return found->get();
    };
    for (auto const& name : group.producers) {
      if (detail::full_size(*layer(name)).rows != group.largest())
        detail::refuse_elastic("elastic.group", group.name,
                               std::to_string(group.largest()) + " outputs, the largest width",
                               "'" + name + "' with another number");
      parts[layer(name)].rows = width;
    }
    for (auto const& name : group.consumers) {
      auto const columns = detail::full_size(*layer(name)).columns;
      if (columns == 0 || columns % group.largest() != 0)
        detail::refuse_elastic("elastic.group", group.name,
                               "a multiple of " + std::to_string(group.largest()) + " inputs",
                               "'" + name + "' with " + std::to_string(columns));
      parts[layer(name)].columns = columns / group.largest() * width;
    }
  }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/patch/elastic_width.ipp>
#endif
