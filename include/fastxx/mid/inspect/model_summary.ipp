#pragma once

#include <fastxx/low/nn/carries_state.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/callbacks/hook_callback.hpp>
#include <fastxx/mid/inspect/model_summary.hpp>
#include <fastxx/mid/inspect/text_table.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// 1234567 as "1,234,567".
inline std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (int place = static_cast<int>(text.size()) - 3; place > 0; place -= 3)
    text.insert(static_cast<std::size_t>(place), ",");
  return text;
}

// "Linear" of torch::nn::LinearImpl.
inline std::string layer_type(torch::nn::Module const& module) {
  std::string name = module.name();
  if (auto const colons = name.rfind("::"); colons != std::string::npos && name.find('<') == std::string::npos)
    name.erase(0, colons + 2);
  if (name.ends_with("Impl")) name.resize(name.size() - 4);
  return name;
}

inline std::int64_t numbers_in(std::vector<Tensor> const& parameters) {
  std::int64_t count = 0;
  for (auto const& p : parameters) count += p.numel();
  return count;
}

// A part is a row when it computes something itself: it has no parts, or parameters of its own beside them.
inline bool is_row(torch::nn::Module const& part) {
  return part.children().empty() || !part.parameters(/*recurse=*/false).empty();
}

FASTXX_INLINE SummaryRun::SummaryRun(ModuleRef const& model)
    : model_(model), device_(place_of(*model)), modes_(*model), generators_(device_) {
  for (auto const& buffer : model->buffers())
    if (buffer.defined()) buffers_.emplace_back(buffer, buffer.detach().clone());
  std::vector<ModuleRef> parts;
  for (auto const& part : model->modules()) {
    bool const known = std::ranges::any_of(parts, [&](auto const& other) { return other.get() == part.get(); });
    if (!known && is_row(*part)) parts.emplace_back(part);
  }
  auto const names = names_in(*model, parts);
  for (std::size_t i = 0; i < parts.size(); ++i) layers_.push_back({parts[i], names[i], "not called"});
  for (std::size_t i = 0; i < layers_.size(); ++i) listen(i);
  model_->eval();
  reset_carried();
}

FASTXX_INLINE void SummaryRun::listen(std::size_t layer) {
  try {
    hooks_.emplace_back(
        layers_[layer].module,
        [this, layer](torch::nn::Module&, Tensors const&, Tensors const& outputs) {
          std::string& shape = layers_[layer].shape;
          shape.clear();
          for (auto const& output : outputs)
            shape += (shape.empty() ? "" : " ") + (output.defined() ? shape_text(output.sizes()) : "undefined");
          return true;
        },
        HookOptions{.in = model_});
  } catch (state_error const& e) {
    if (e.key() != "hook.unreachable" && e.key() != "hook.empty_sequential") throw;
    layers_[layer].shape = "?";
  }
}

FASTXX_INLINE void SummaryRun::reset_carried() const {
  for (auto const& part : model_->modules())
    if (auto* const carrier = dynamic_cast<CarriesState*>(part.get())) carrier->reset_state();
}

FASTXX_INLINE SummaryRun::~SummaryRun() {
  at::NoGradGuard const no_grad;
  for (auto& [buffer, before] : buffers_) buffer.copy_(before);
  reset_carried();
}

FASTXX_INLINE std::string SummaryRun::text(Tensors const& inputs) const {
  std::vector<std::vector<std::string>> rows;
  for (Layer const& layer : layers_) {
    bool const leaf = layer.module->children().empty();
    auto const own = layer.module->parameters(/*recurse=*/leaf);
    auto const trained =
        static_cast<std::size_t>(std::ranges::count_if(own, [](Tensor const& p) { return p.requires_grad(); }));
    rows.push_back({layer.name.empty() ? "(model)" : layer.name, layer_type(*layer.module), layer.shape,
                    own.empty() ? "" : with_commas(numbers_in(own)),
                    own.empty()             ? ""
                    : trained == own.size() ? "yes"
                    : trained == 0          ? "no"
                                            : "in part"});
  }
  std::vector<Tensor> trainable;
  std::set<void const*> seen;
  std::int64_t all = 0;
  for (auto const& p : model_->parameters()) {
    if (!seen.insert(p.unsafeGetTensorImpl()).second) continue;
    all += p.numel();
    if (p.requires_grad()) trainable.push_back(p);
  }
  std::string shapes;
  for (auto const& input : inputs) shapes += (shapes.empty() ? "" : " ") + shape_text(input.sizes());
  std::int64_t const trained = numbers_in(trainable);
  return join({layer_type(*model_), ", inputs ", shapes, "\n\n",
               text_table({"Layer", "Type", "Output shape", "Parameters", "Trainable"}, rows),
               "\nParameters: ", with_commas(all), " in all, ", with_commas(trained), " trainable, ",
               with_commas(all - trained), " not\n"});
}

FASTXX_INLINE std::string training_text(TrainState const& learn, std::string const& optimizer,
                                        std::string const& loss) {
  std::string text = join({"\nOptimizer: ", optimizer, "\nLoss: ", loss, "\n"});
  if (learn.opt) {
    auto const frozen = learn.opt->frozen_idx();
    text += frozen == 0 ? std::string("Model: unfrozen\n")
                        : join({"Model: frozen up to parameter group ", frozen, " of ", learn.opt->n_groups(), "\n"});
  }
  text += "\nCallbacks:\n";
  auto entries = learn.callback_table().entries();
  std::ranges::stable_sort(entries, {}, &CallbackEntry::order);
  for (auto const& entry : entries) text += "  " + entry.name() + "\n";
  return text;
}

}  // namespace fastxx::detail
