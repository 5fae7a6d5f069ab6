#pragma once

#include <fastxx/low/optim/detail/optimizer_state.hpp>

namespace fastxx {

/// Clones, so that later steps do not change what was taken.
FASTXX_INLINE OptimizerState Optimizer::state_dict() const {
  OptimizerState result;
  for (auto const& group : groups_) {
    auto& copy = result.groups.emplace_back();
    for (std::size_t i = 0; i < plan_.hypers.size(); ++i) copy.hypers.emplace(plan_.hypers[i].name, group.hypers[i]);
    for (auto const& slot : group.slots) {
      auto& parameter = copy.parameters.emplace_back();
      parameter.step = slot.step;
      for (std::size_t i = 0; i < slot.state.size(); ++i)
        parameter.tensors.emplace(plan_.state[i], slot.state[i].clone());
    }
  }
  return result;
}

}  // namespace fastxx

namespace fastxx::detail {

struct StateDemand {
  std::string where;

  [[noreturn, gnu::cold]] void fail(ErrorText const& expected, ErrorText const& got) const {
    throw state_error("optimizer.state", {.call = "Optimizer::load_state_dict",
                                          .expected = expected,
                                          .got = got,
                                          .where = where,
                                          .fix = "load what an optimizer with the same stages and groups has saved"});
  }
  void count(std::size_t expected, std::size_t got, char const* what) const {
    if (expected != got) fail({expected, " ", what}, {got});
  }
};

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void Optimizer::check(OptimizerState const& state) const {
  detail::StateDemand{}.count(n_groups(), state.groups.size(), "groups");
  for (std::size_t g = 0; g < n_groups(); ++g) {
    auto const& saved = state.groups[g];
    detail::StateDemand const demand{detail::join({"group ", g})};
    for (auto const& name : hyper_names())
      if (!saved.hypers.contains(name)) demand.fail({"hyper-parameter '", name, "'"}, "none");
    demand.count(plan_.hypers.size(), saved.hypers.size(), "hyper-parameters");
    demand.count(groups_[g].slots.size(), saved.parameters.size(), "parameters");
    for (std::size_t i = 0; i < saved.parameters.size(); ++i)
      check(saved.parameters[i], groups_[g].slots[i].p, where(g, i));
  }
}

FASTXX_INLINE void Optimizer::check(OptimizerState::Parameter const& saved, at::Tensor const& p,
                                    std::string const& at) const {
  if (saved.step == 0 && saved.tensors.empty()) return;
  detail::StateDemand const demand{at};
  demand.count(plan_.state.size(), saved.tensors.size(), "state tensors");
  for (auto const& name : plan_.state) {
    auto const found = saved.tensors.find(std::string(name));
    if (found == saved.tensors.end() || !found->second.defined()) demand.fail({"state '", name, "'"}, "none");
    auto const sizes = found->second.sizes();
    if (sizes != p.sizes())
      demand.fail({"'", name, "' of shape ", detail::shape_text(p.sizes())}, detail::shape_text(sizes));
  }
}

FASTXX_INLINE void Optimizer::load_state_dict(OptimizerState const& state) {
  check(state);
  for (std::size_t g = 0; g < n_groups(); ++g) {
    for (std::size_t i = 0; i < plan_.hypers.size(); ++i)
      set_hyper_at(g, i, state.groups[g].hypers.at(std::string(plan_.hypers[i].name)));
    for (std::size_t i = 0; i < groups_[g].slots.size(); ++i) {
      auto const& saved = state.groups[g].parameters[i];
      auto& slot = groups_[g].slots[i];
      slot.step = saved.step;
      slot.state.clear();
      if (saved.tensors.empty()) continue;
      for (auto const& name : plan_.state)
        slot.state.push_back(slot.p.detach().clone().copy_(saved.tensors.at(std::string(name))));
    }
  }
}

}  // namespace fastxx
