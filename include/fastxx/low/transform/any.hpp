#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/transform/any_items.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace fastxx {

/// A transform chosen while the program runs, for items of a closed list of types: with one type the item is that type,
/// with several it is their std::variant. Holds any transform or callable, as a value; each call costs one
/// indirect call.
///
/// Errors:  a compile-time sentence when the transform makes something of an item that is not in the list
/// Source:  own design, the run-time twin of a stage
/// Example: examples/doc/any_pipeline.cpp
template <class... Types>
class AnyTransform {
 public:
  using Item = detail::any_item_t<Types...>;
  static constexpr bool is_chosen_at_run_time = true;

  template <class T>
  requires(!std::same_as<std::decay_t<T>, AnyTransform>) AnyTransform(T&& transform)
      : held_(hold(make_transform(std::decay_t<T>(std::forward<T>(transform))))) {}
  AnyTransform(AnyTransform const& other) : held_(other.held_->clone()) {}
  AnyTransform(AnyTransform&&) noexcept = default;
  AnyTransform& operator=(AnyTransform other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }

  Item encodes(Item item, CallContext const& context = {}) const { return held_->encode(std::move(item), context); }
  Item decodes(Item item, CallContext const& context = {}) const { return held_->decode(std::move(item), context); }

  /// Learn from items of one of the types.
  ///
  /// Errors:  data_error [any_pipeline.mixed_items] when their types differ, [pipeline.setup_empty] when there are none
  void setup(AnyItems<Item> const& items, bool train_setup = false) { held_->setup(items, train_setup); }

  int order() const { return held_->order(); }
  std::string to_string() const { return held_->to_string(); }
  void serialize(StateWriter& archive) { held_->save(archive); }
  void serialize(StateReader& archive) { held_->load(archive); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual Item encode(Item item, CallContext const& context) const = 0;
    virtual Item decode(Item item, CallContext const& context) const = 0;
    virtual void setup(AnyItems<Item> const& items, bool train_setup) = 0;
    virtual int order() const = 0;
    virtual std::string to_string() const = 0;
    virtual void save(StateWriter& archive) = 0;
    virtual void load(StateReader& archive) = 0;
    virtual std::unique_ptr<Interface> clone() const = 0;
  };

  template <class Stage>
  struct Held final : Interface {
    Stage stage;
    explicit Held(Stage given) : stage(std::move(given)) {}

    Item encode(Item item, CallContext const& context) const override {
      return detail::any_visit<Item>(std::move(item),
                                     [&](auto x) { return fastxx::encode(stage, std::move(x), context); });
    }
    Item decode(Item item, CallContext const& context) const override {
      return detail::any_visit<Item>(std::move(item),
                                     [&](auto x) { return fastxx::decode(stage, std::move(x), context); });
    }
    void setup(AnyItems<Item> const& items, bool train_setup) override {
      if constexpr (detail::NamesSetups<Stage>) {
        if constexpr (requires { stage.train_setup; }) train_setup = stage.train_setup;
        auto const seen = train_setup ? items.train() : items;
        detail::require_items(seen, type_name<Stage>());
        // A stage learns from the items it encodes; its setups() need not compile for the other types.
        detail::any_typed(seen, [&]<class Type>(auto const& typed) {
          if constexpr (detail::is_optional<Stage>() || detail::touches_item<Stage, Type>())
            fastxx::setup(stage, typed);
        });
      }
    }
    int order() const override { return detail::order_of<Stage>(); }
    std::string to_string() const override { return stage_text(stage); }
    void save(StateWriter& archive) override {
      if constexpr (requires { stage.serialize(archive); }) stage.serialize(archive);
    }
    void load(StateReader& archive) override {
      if constexpr (requires { stage.serialize(archive); }) stage.serialize(archive);
    }
    std::unique_ptr<Interface> clone() const override { return std::make_unique<Held>(*this); }
  };
  template <class Stage>
  static std::unique_ptr<Interface> hold(Stage stage) {
    return std::make_unique<Held<Stage>>(std::move(stage));
  }

  std::unique_ptr<Interface> held_;
};

/// A pipeline put together while the program runs: the run-time twin of Pipeline, with the same rules for order, setup,
/// subsets, decoding and showing.
///
/// Source:  fastcore 1.7.28 transform.py Pipeline; differs: the item types are a closed list
/// Example: examples/doc/any_pipeline.cpp
template <class... Types>
class AnyPipeline {
 public:
  using Stage = AnyTransform<Types...>;
  using Item = typename Stage::Item;

  AnyPipeline() = default;
  explicit AnyPipeline(std::vector<Stage> stages) : stages_(std::move(stages)) { sort(); }
  /// The stages of a static pipeline.
  template <class... Stages>
  explicit AnyPipeline(Pipeline<Stages...> const& pipeline) {
    hana::for_each(pipeline.stages(), [this](auto const& stage) { stages_.emplace_back(stage); });
  }

  /// Add a stage in the place its order gives it.
  void add(Stage stage) {
    stages_.push_back(std::move(stage));
    sort();
  }

  Item operator()(Item item, CallContext const& context = {}) const {
    for (Stage const& stage : stages_) item = stage.encodes(std::move(item), context);
    return item;
  }
  Item decode(Item item, CallContext const& context = {}) const {
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage)
      item = stage->decodes(std::move(item), context);
    return item;
  }
  /// Undo stages, last to first, until the item can show itself.
  Item decode_until_shown(Item item, CallContext const& context = {}) const {
    for (auto stage = stages_.rbegin(); stage != stages_.rend() && !detail::any_showable(item); ++stage)
      item = stage->decodes(std::move(item), context);
    return item;
  }
  /// Show an item on a context, decoded as far as needed.
  ///
  /// Errors:  state_error [any_pipeline.show] when no stage leads back to something that can show itself
  template <class ShowContext>
  ShowContext show(Item item, ShowContext shown_on, CallContext const& context = {}) const {
    return detail::any_show(decode_until_shown(std::move(item), context), std::move(shown_on));
  }

  /// Let every stage learn from the items as the stages before it leave them.
  template <class Items>
  void setup(Items const& items, bool train_setup = false) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      auto const through_prefix = [this, i](Item item) {
        for (std::size_t earlier = 0; earlier < i; ++earlier)
          item = stages_[earlier].encodes(std::move(item), {.split_idx = Split::train});
        return item;
      };
      stages_[i].setup(AnyItems<Item>(items, through_prefix), train_setup);
    }
  }

  std::size_t size() const { return stages_.size(); }
  Stage const& operator[](std::size_t index) const { return stages_.at(index); }

  std::string to_string() const {
    std::string text = "Pipeline:", arrow = " ";
    for (Stage const& stage : stages_) text += std::exchange(arrow, " -> ") + stage.to_string();
    return text;
  }

  template <class Archive>
  void serialize(Archive& archive) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      auto inner = archive.nested(std::to_string(i));
      stages_[i].serialize(inner);
    }
  }

 private:
  void sort() {
    std::stable_sort(stages_.begin(), stages_.end(),
                     [](auto const& a, auto const& b) { return a.order() < b.order(); });
  }

  std::vector<Stage> stages_;
};

}  // namespace fastxx
