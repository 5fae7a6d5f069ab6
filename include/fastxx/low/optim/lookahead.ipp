#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/optim/lookahead.hpp>
#include <fastxx/low/tensor/shape_text.hpp>

#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE SlowWeights::SlowWeights(std::int64_t k, double alpha) : k_(k), alpha_(alpha) {
  if (k < 1 || !(alpha >= 0 && alpha <= 1))
    throw state_error("lookahead.options", {.call = "Lookahead",
                                            .expected = "a k of 1 or more steps and an alpha of 0 to 1",
                                            .got = {k, " and ", std::to_string(alpha)}});
}

FASTXX_INLINE void SlowWeights::before_step(Optimizer::Groups const& groups) {
  if (!slow_.empty()) return;
  for (auto const& group : groups) {
    auto& slow = slow_.emplace_back();
    for (auto const& p : group) slow.push_back(p.detach().clone());
  }
}

FASTXX_INLINE void SlowWeights::after_step(Optimizer::Groups const& groups) {
  if (++count_ % k_ != 0) return;
  at::NoGradGuard const no_grad;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::size_t i = 0; i < groups[g].size(); ++i) {
      Tensor& slow = slow_[g][i];
      Tensor const& p = groups[g][i];
      if (slow.device() != p.device() || slow.scalar_type() != p.scalar_type()) slow = slow.to(p.options());
      if (!p.grad().defined()) {  // frozen: it did not go ahead
        slow.copy_(p);
        continue;
      }
      slow.add_(p.sub(slow), alpha_);
      p.detach().copy_(slow);
    }
}

FASTXX_INLINE void SlowWeights::add_to(OptimizerState& state) const {
  for (std::size_t g = 0; g < state.groups.size(); ++g) {
    state.groups[g].hypers["lookahead_count"] = static_cast<double>(count_);
    for (std::size_t i = 0; i < state.groups[g].parameters.size() && !slow_.empty(); ++i)
      state.groups[g].parameters[i].tensors["slow_weight"] = slow_[g][i].clone();
  }
}

FASTXX_INLINE void SlowWeights::take_from(OptimizerState& state, Optimizer::Groups const& groups) {
  auto const refuse = [](std::string const& expected, std::string const& got) {
    throw state_error("lookahead.state", {.call = "LookaheadOptimizer::load_state_dict",
                                          .expected = expected,
                                          .got = got,
                                          .fix = "load what the same optimizer, inside Lookahead, has saved"});
  };
  Optimizer::Groups slow;
  std::int64_t count = 0;
  bool any = false, all = true;
  for (std::size_t g = 0; g < state.groups.size(); ++g) {
    auto& hypers = state.groups[g].hypers;
    auto const found = hypers.find("lookahead_count");
    if (found == hypers.end()) refuse("a count of steps", "none");
    if (!(found->second >= 0 && found->second < 9e15)) refuse("a count of steps", std::to_string(found->second));
    auto const steps = static_cast<std::int64_t>(found->second);
    bool const same = (g == 0 || steps == count) && static_cast<double>(steps) == found->second;
    if (!same) refuse("one whole count of steps for all groups", std::to_string(found->second));
    count = steps;
    hypers.erase(found);
    auto& group = slow.emplace_back();
    for (std::size_t i = 0; i < state.groups[g].parameters.size(); ++i) {
      auto& tensors = state.groups[g].parameters[i].tensors;
      auto const weight = tensors.find("slow_weight");
      bool const here = weight != tensors.end() && weight->second.defined();
      any = any || here, all = all && here;
      if (!here) continue;
      bool const known = g < groups.size() && i < groups[g].size();
      if (known && weight->second.sizes() != groups[g][i].sizes())
        refuse("slow weights of shape " + shape_text(groups[g][i].sizes()), shape_text(weight->second.sizes()));
      group.push_back(known ? weight->second.to(groups[g][i].options()).detach().clone() : weight->second);
      tensors.erase(weight);
    }
  }
  if (any && !all) refuse("slow weights of all parameters, or of none", "those of some");
  slow_ = any ? std::move(slow) : Optimizer::Groups();
  count_ = count;
}

}  // namespace fastxx::detail
