#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/named.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/batch_of.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx::detail {

// What the stages of a pipeline are called in a file, "Resize -> Normalize".
class StageNames {
 public:
  explicit StageNames(std::string where) : where_(std::move(where)) {}

  template <class Stage>
  void add(Stage const& stage) {
    add_name(export_name(stage), stage_name<Stage>());
  }
  std::string const& text() const { return text_; }

 private:
  void add_name(std::string const& name, std::string const& type);

  std::string where_, text_ = {};
  int count_ = 0;
};

template <class... Stages>
std::string names_of(Pipeline<Stages...> const& pipeline, std::string const& where) {
  StageNames names(where);
  hana::for_each(pipeline.stages(), [&](auto const& stage) { names.add(stage); });
  return names.text();
}
template <class BeforeBatch>
std::string names_of(BeforeBatch const& before_batch, std::string const& where) {
  StageNames names(where);
  if constexpr (!std::is_same_v<BeforeBatch, NoBeforeBatch>) names.add(before_batch);
  return names.text();
}

// What a stage has learnt must be in the file.
template <class... Stages>
consteval bool all_learnt_is_saved(Pipeline<Stages...> const*) {
  return ((std::is_empty_v<Stages> || !NamesSetups<Stages> ||
           requires(Stages & stage, StateWriter & archive) { stage.serialize(archive); }) &&
          ...);
}
template <class BeforeBatch>
consteval bool all_learnt_is_saved(BeforeBatch const*) {
  return true;
}

// Calls visit(name, part, where) for all the parts of some DataTransforms.
template <class Transforms, class Visit>
void each_part(Transforms& transforms, Visit const& visit) {
  std::size_t index = 0;
  auto one = [&](auto& pipeline) {
    bool const input = index < Transforms::n_inp;
    visit("type_tfms." + std::to_string(index), pipeline,
          (input ? "input pipeline " : "target pipeline ") + std::to_string(input ? index : index - Transforms::n_inp));
    ++index;
  };
  std::apply([&](auto&... pipeline) { (one(pipeline), ...); }, transforms.type_tfms.pipelines);
  visit("item_tfms", transforms.batching.after_item, "item_tfms");
  visit("batch_tfms", transforms.batching.after_batch, "batch_tfms");
  visit("before_batch", transforms.batching.before_batch, "before_batch");
}

// The names of all stages and their state into a file. What has no name is refused.
template <class Transforms>
void write_transforms(SafeTensors& file, Transforms transforms) {
  file.metadata["fastxx.format"] = "2";
  each_part(transforms, [&](std::string const& name, auto& part, std::string const& where) {
    static_assert(all_learnt_is_saved(static_cast<std::remove_reference_t<decltype(part)> const*>(nullptr)),
                  "fastxx: a stage that learns in setups() is exported without what it has learnt; give it "
                  "void serialize(auto& archive) { archive(\"mean\", mean); }");
    file.metadata["fastxx.stages." + name] = names_of(part, where);
    StateWriter inner(file, name + ".");
    if constexpr (requires { part.serialize(inner); }) part.serialize(inner);
  });
}

void check_format(SafeTensors const& file, std::string const& path);
void check_stages(SafeTensors const& file, std::string const& path, std::string const& name, std::string const& stages,
                  std::string const& where);

// The transforms with their state from a file; those of other stages are refused.
template <class Transforms>
Transforms read_transforms(SafeTensors const& file, std::string const& path, Transforms transforms) {
  check_format(file, path);
  each_part(transforms, [&](std::string const& name, auto& part, std::string const& where) {
    check_stages(file, path, name, names_of(part, where), where);
    StateReader inner(file, name + ".", path);
    if constexpr (requires { part.serialize(inner); }) part.serialize(inner);
  });
  return transforms;
}

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/serve/transform_file.ipp>
#endif
