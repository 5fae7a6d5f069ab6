#pragma once

#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/tensor/shape_text.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::map<std::string, Tensor> state_dict(torch::nn::Module const& module) {
  std::map<std::string, Tensor> state;
  for (auto const& entry : module.named_parameters()) state.emplace(entry.key(), entry.value().detach());
  for (auto const& entry : module.named_buffers()) state.emplace(entry.key(), entry.value().detach());
  return state;
}

FASTXX_INLINE std::map<std::string, Tensor> clone_state(std::map<std::string, Tensor> const& state) {
  std::map<std::string, Tensor> copy;
  for (auto const& [name, tensor] : state) copy.emplace(name, tensor.clone());
  return copy;
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE std::string difference(std::map<std::string, Tensor> const& have,
                                     std::map<std::string, Tensor> const& want, bool strict) {
  std::string text;
  auto add = [&text](std::initializer_list<TextPiece> pieces) {
    text += join({text.empty() ? "" : "; ", join(pieces)});
  };
  for (auto const& [name, tensor] : want) {
    auto found = have.find(name);
    if (found == have.end()) {
      if (strict) add({name, " is missing"});
    } else if (found->second.sizes() != tensor.sizes()) {
      add({name, " is ", shape_text(found->second.sizes()), ", in this model ", shape_text(tensor.sizes())});
    }
  }
  for (auto const& entry : have)
    if (strict && !want.contains(entry.first)) add({"unexpected ", brief(entry.first)});
  if (text.size() > 600) text.replace(600, std::string::npos, "...");
  return text;
}

FASTXX_INLINE void require_same_state(torch::nn::Module const& module, std::map<std::string, Tensor> const& state,
                                      bool strict, std::string where) {
  auto const own = state_dict(module);
  auto const known = [&](auto const& entry) { return own.contains(entry.first); };
  bool const none = !own.empty() && !state.empty() && std::none_of(state.begin(), state.end(), known);
  if (none)
    throw state_error("state_dict.mismatch",
                      {.call = "load_state_dict",
                       .expected = {"names of this model, as ", own.begin()->first},
                       .got = {"none of them; names as ", brief(state.begin()->first)},
                       .where = std::move(where),
                       .fix = state.begin()->first.starts_with("module.")
                                  ? "the file is of torch.nn.DataParallel: take 'module.' off the names"
                                  : "build the model with the structure it had when it was saved"});
  if (auto const text = difference(state, own, strict); !text.empty())
    throw state_error("state_dict.mismatch", {.call = "load_state_dict",
                                              .expected = {own.size(), " entries of this model"},
                                              .got = text,
                                              .where = std::move(where),
                                              .fix = "build the model with the structure it had when it was saved"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void load_state_dict(torch::nn::Module& module, std::map<std::string, Tensor> const& state, bool strict,
                                   std::string const& where) {
  detail::require_same_state(module, state, strict, where);
  torch::NoGradGuard guard;
  for (auto const& [name, tensor] : state_dict(module))
    if (auto const found = state.find(name); found != state.end()) Tensor(tensor).copy_(found->second);
  for (auto const& part : module.modules(/*include_self=*/false))  // the module may live on the stack
    if (auto* const note = dynamic_cast<detail::Note*>(part.get())) note->state_loaded();
}

FASTXX_INLINE std::vector<Tensor> norm_bias_params(torch::nn::Module const& module, bool with_bias) {
  std::vector<Tensor> found;
  auto is_norm = [](torch::nn::Module const& m) {
    return m.as<torch::nn::BatchNorm1dImpl>() || m.as<torch::nn::BatchNorm2dImpl>() ||
           m.as<torch::nn::BatchNorm3dImpl>() || m.as<torch::nn::InstanceNorm1dImpl>() ||
           m.as<torch::nn::InstanceNorm2dImpl>() || m.as<torch::nn::InstanceNorm3dImpl>() ||
           m.as<torch::nn::LayerNormImpl>();
  };
  for (auto const& part : module.modules()) {
    bool const norm = is_norm(*part);
    for (auto const& entry : part->named_parameters(/*recurse=*/false))
      if (norm || (with_bias && entry.key() == "bias")) found.push_back(entry.value());
  }
  return found;
}

}  // namespace fastxx
