#pragma once

#include <fastxx/low/optim/detail/checks.hpp>
#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Fewer floats than this cost less to update than a second thread costs to wake.
inline constexpr std::int64_t floats_per_thread = 32768;

// True when both hold the same elements in the same order in memory, so that one index serves both.
inline bool same_layout(Tensor const& a, Tensor const& b) {
  if (a.scalar_type() != b.scalar_type() || a.device() != b.device() || a.sizes() != b.sizes()) return false;
  return (a.is_contiguous() && b.is_contiguous()) || (a.is_non_overlapping_and_dense() && a.strides() == b.strides());
}

}  // namespace fastxx::detail

namespace fastxx {

/// Take the parameters in; what cannot be one is refused by its place.
FASTXX_INLINE Optimizer::Optimizer(StepPlan plan, Groups const& groups) : plan_(std::move(plan)) {
  for (auto const& group : groups) add_group(group);
  detail::check_parameters("Optimizer", groups);
}

FASTXX_INLINE void Optimizer::add_group(std::vector<Tensor> const& tensors) {
  Group group;
  for (auto const& hyper : plan_.hypers) {
    group.hypers.push_back(hyper.value);
    group.hypers_without_wd.push_back(hyper.name == "wd" ? 0. : hyper.value);
  }
  for (auto const& tensor : tensors) {
    bool const usable = tensor.defined() && tensor.is_floating_point() && tensor.is_leaf();
    if (!usable)
      throw tensor_error(
          "optimizer.parameter",
          {.call = "Optimizer",
           .expected = "leaf tensors of floating-point numbers",
           .got = !tensor.defined()             ? ErrorText("an undefined tensor")
                  : !tensor.is_floating_point() ? ErrorText{"a tensor of ", std::string(tensor.dtype().name())}
                                                : ErrorText("the result of a computation"),
           .where = where(groups_.size(), group.slots.size())});
    group.slots.push_back({tensor, {}});
  }
  groups_.push_back(std::move(group));
}

FASTXX_INLINE std::string Optimizer::where(std::size_t group, std::size_t parameter) const {
  return detail::join({"group ", group, ", parameter ", parameter});
}

/// Count the step and see to it that there is state, where the parameter is.
FASTXX_INLINE void Optimizer::prepare(Slot& slot) const {
  ++slot.step;
  while (slot.state.size() < plan_.state.size()) slot.state.push_back(slot.p.detach().clone().zero_());
  for (auto& state : slot.state)
    if (!detail::same_layout(state, slot.p)) state = slot.p.detach().clone().copy_(state);
}

FASTXX_INLINE void Optimizer::step() {
  work_.clear(), tensors_.clear();
  for (auto& group : groups_)
    for (auto& slot : group.slots)
      if (slot.p.grad().defined()) add_work(slot, (slot.do_wd ? group.hypers : group.hypers_without_wd).data());
  while (!tensors_.empty()) step_tensors();
  if (work_.empty()) return;
  auto const total = work_.back().first + work_.back().size;
  // Between two passes the other threads go to sleep, and to wake them twice costs more than a pass over few floats.
  bool const alone = plan_.pass->measures() && total < 4 * detail::floats_per_thread;
  if (plan_.pass->measures()) measure_work(alone);
  at::parallel_for(0, total, alone ? total : detail::floats_per_thread,
                   [this](std::int64_t begin, std::int64_t end) { run_work(begin, end); });
}

/// Put a parameter into the flat list, or among the tensors when it is not made of plain floats in memory.
FASTXX_INLINE void Optimizer::add_work(Slot& slot, double const* hypers) {
  auto const& grad = slot.p.grad();
  if (grad.layout() != at::kStrided)
    throw tensor_error("optimizer.sparse_gradient", {.call = "Optimizer::step",
                                                     .expected = "a dense gradient",
                                                     .got = "a sparse one",
                                                     .fix = "make the embedding with sparse(false)"});
  prepare(slot);
  bool const flat =
      slot.p.is_cpu() && slot.p.scalar_type() == at::kFloat && !grad.is_neg() && detail::same_layout(grad, slot.p);
  if (!flat) return void(tensors_.emplace_back(&slot, hypers));
  auto const first = work_.empty() ? 0 : work_.back().first + work_.back().size;
  std::int64_t const size = slot.p.numel();
  Work work{{slot.p.data_ptr<float>(), grad.data_ptr<float>(), {}, hypers, slot.step, size, {}}, first, size};
  for (std::size_t i = 0; i < slot.state.size(); ++i) work.job.state[i] = slot.state[i].data_ptr<float>();
  work_.push_back(work);
  slot.p.unsafeGetTensorImpl()->bump_version();  // autograd must notice, as after any other change in place
}

/// Update those of the tensors that can be with the last of them: with the same numbers, in the same place.
FASTXX_INLINE void Optimizer::step_tensors() {
  Slot const* const last = tensors_.back().first;
  double const* const hypers = tensors_.back().second;
  auto const alike = std::stable_partition(tensors_.begin(), tensors_.end(), [&](auto const& other) {
    auto const& slot = *other.first;
    return other.second != hypers || slot.step != last->step || slot.p.device() != last->p.device() ||
           slot.p.scalar_type() != last->p.scalar_type();
  });
  detail::TensorJob job{{}, {}, std::vector<detail::TensorList>(plan_.state.size()), hypers, last->step};
  for (auto one = alike; one != tensors_.end(); ++one) {
    auto const& slot = *one->first;
    auto const& grad = slot.p.grad();
    bool const fits = detail::same_layout(grad, slot.p);
    job.p.push_back(slot.p.detach());
    job.grad.push_back(fits ? grad.detach() : slot.p.detach().clone().copy_(grad));
    for (std::size_t s = 0; s < slot.state.size(); ++s) job.state[s].push_back(slot.state[s]);
  }
  plan_.pass->on_tensors(job);
  for (std::size_t i = 0; i < job.p.size(); ++i)
    for (std::size_t s = 0; s < job.state.size(); ++s)
      alike[static_cast<std::ptrdiff_t>(i)].first->state[s] = job.state[s][i];
  tensors_.erase(alike, tensors_.end());
}

/// Update the floats begin ... end of the flat list, which may start and end in the middle of parameters.
FASTXX_INLINE void Optimizer::run_work(std::int64_t begin, std::int64_t end) const {
  auto work = std::upper_bound(work_.begin(), work_.end(), begin,
                               [](std::int64_t at, Work const& w) { return at < w.first + w.size; });
  for (; work != work_.end() && work->first < end; ++work)
    plan_.pass->on_floats(work->job, std::max<std::int64_t>(begin - work->first, 0),
                          std::min(end - work->first, work->size));
}

/// The sums that some steppers must know, part by part: the parts do not depend on the threads, and neither do the sums.
FASTXX_INLINE void Optimizer::measure_work(bool alone) {
  constexpr std::int64_t floats = 1 << 15;
  struct Part {
    std::size_t work;
    std::int64_t begin;
    detail::ParameterSums sums;
  };
  std::vector<Part> parts;
  for (std::size_t w = 0; w < work_.size(); ++w)
    for (std::int64_t begin = 0; begin < work_[w].size; begin += floats) parts.push_back({w, begin, {}});
  auto const count = static_cast<std::int64_t>(parts.size());
  at::parallel_for(0, count, alone ? count : 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      auto& part = parts[static_cast<std::size_t>(i)];
      auto const& work = work_[part.work];
      part.sums = plan_.pass->measure(work.job, part.begin, std::min(part.begin + floats, work.size));
    }
  });
  for (auto const& part : parts)
    for (std::size_t i = 0; i < part.sums.size(); ++i) work_[part.work].job.sums[i] += part.sums[i];
}

FASTXX_INLINE void Optimizer::zero_grad() {
  each([](Slot& slot) {
    if (slot.p.grad().defined()) slot.p.mutable_grad().reset();
  });
}

FASTXX_INLINE std::size_t Optimizer::hyper_index(std::string_view name) const {
  auto const& all = plan_.hypers;
  auto const found = std::find_if(all.begin(), all.end(), [&](Hyper const& h) { return h.name == name; });
  if (found == all.end()) detail::refuse_hyper("Optimizer", name, hyper_names());
  return static_cast<std::size_t>(found - all.begin());
}

FASTXX_INLINE void Optimizer::set_hyper(std::string_view name, std::vector<double> const& values) {
  auto const index = hyper_index(name);
  detail::check_hyper("Optimizer", name, values, n_groups());
  for (std::size_t g = 0; g < n_groups(); ++g) set_hyper_at(g, index, values[values.size() == 1 ? 0 : g]);
}

FASTXX_INLINE void Optimizer::set_hyper_at(std::size_t group, std::size_t index, double value) {
  groups_[group].hypers[index] = value;
  if (plan_.hypers[index].name != "wd") groups_[group].hypers_without_wd[index] = value;
}

FASTXX_INLINE std::vector<double> Optimizer::hyper(std::string_view name) const {
  auto const index = hyper_index(name);
  std::vector<double> values;
  for (auto const& group : groups_) values.push_back(group.hypers[index]);
  return values;
}

FASTXX_INLINE std::vector<std::string> Optimizer::hyper_names() const {
  std::vector<std::string> names;
  for (auto const& hyper : plan_.hypers) names.emplace_back(hyper.name);
  return names;
}

FASTXX_INLINE Optimizer::Groups Optimizer::groups() const {
  Groups result;
  for (auto const& group : groups_) {
    result.emplace_back();
    for (auto const& slot : group.slots) result.back().push_back(slot.p);
  }
  return result;
}

FASTXX_INLINE void Optimizer::freeze_to(int n) {
  frozen_idx_ = detail::first_trained("Optimizer", n, n_groups());
  for (std::size_t g = 0; g < n_groups(); ++g) set_trainable(g, g >= frozen_idx_);
}

FASTXX_INLINE void Optimizer::freeze() {
  detail::check_freeze("Optimizer", n_groups());
  freeze_to(-1);
}

FASTXX_INLINE void Optimizer::set_trainable(std::size_t group, bool trainable) {
  for (auto& slot : groups_[group].slots) {
    bool const train = trainable || slot.force_train;
    slot.p.set_requires_grad(train);
    // A gradient left over from before would keep moving the frozen weights (momentum, weight decay).
    if (!train && slot.p.grad().defined()) slot.p.mutable_grad().reset();
  }
}

FASTXX_INLINE void Optimizer::no_weight_decay(std::vector<Tensor> const& parameters) {
  each_of(parameters, [](Slot& slot) { slot.do_wd = false; });
}

FASTXX_INLINE void Optimizer::force_train(std::vector<Tensor> const& parameters) {
  each_of(parameters, [](Slot& slot) {
    slot.force_train = true;
    slot.p.set_requires_grad(true);
  });
}

FASTXX_INLINE void Optimizer::clear_state() {
  each([](Slot& slot) {
    slot.state.clear();
    slot.step = 0;
  });
}

/// Clones, so that later steps do not change what was taken.
FASTXX_INLINE OptimizerState Optimizer::state_dict() const {
  OptimizerState result = shared_state();
  for (auto& group : result.groups)
    for (auto& parameter : group.parameters)
      for (auto& [name, tensor] : parameter.tensors) tensor = tensor.clone();
  return result;
}

FASTXX_INLINE OptimizerState Optimizer::shared_state() const {
  OptimizerState result;
  for (auto const& group : groups_) {
    auto& copy = result.groups.emplace_back();
    for (std::size_t i = 0; i < plan_.hypers.size(); ++i) copy.hypers.emplace(plan_.hypers[i].name, group.hypers[i]);
    for (auto const& slot : group.slots) {
      auto& parameter = copy.parameters.emplace_back();
      parameter.step = slot.step;
      for (std::size_t i = 0; i < slot.state.size(); ++i) parameter.tensors.emplace(plan_.state[i], slot.state[i]);
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
                                          .fix = "load what an optimizer with the same steppers and groups has saved"});
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

FASTXX_INLINE void Optimizer::check(OptimizerState::Parameter const& saved, Tensor const& p,
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
