#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/optim/fuse.hpp>
#include <fastxx/low/optim/optimizer_state.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx {

/// fastai's optimizer: stats and steppers, parameter groups and hyper-parameters per group.
///
/// Make one from a recipe, `Adam{}.make(groups)`, or from your own steppers: `Optimizer(steppers(...), groups)`.
/// Dtypes:  float32 parameters on the CPU go through memory once per step; all others tensor by tensor
/// Runs:    on at::get_num_threads() threads in programs built with -fopenmp, else on one; same bits for any number;
///          a parameter without gradient is skipped; changes no gradient
/// Errors:  state_error [optimizer.no_parameters], [optimizer.repeated_parameter], [optimizer.unknown_hyper],
///          [optimizer.hyper_count], [optimizer.freeze], [optimizer.state]; tensor_error [optimizer.parameter],
///          [optimizer.sparse_gradient]
/// Source:  fastai 2.7.18 optimizer.py Optimizer; differs: freezing drops gradients, l2_reg leaves `.grad` alone
/// Example: examples/doc/optimizer.cpp
class Optimizer {
 public:
  using Groups = std::vector<std::vector<Tensor>>;

  explicit Optimizer(StepPlan plan, Groups const& groups);

  /// Update every parameter that has a gradient, frozen groups included (their force_train parameters train on).
  void step();
  /// Drop all gradients. No memory is cleared: the next backward pass hands its buffers over.
  void zero_grad();

  /// Set a hyper-parameter in all groups.
  void set_hyper(std::string_view name, double value) { set_hyper(name, std::vector<double>{value}); }
  /// Set a hyper-parameter group by group; one value serves all groups.
  void set_hyper(std::string_view name, std::vector<double> const& values);
  /// The hyper-parameter's value in each group.
  std::vector<double> hyper(std::string_view name) const;
  std::vector<std::string> hyper_names() const;

  std::size_t n_groups() const { return groups_.size(); }
  Groups groups() const;

  /// Train groups n, n+1, ... only; n < 0 counts from the end. Gradients of what is frozen are dropped.
  void freeze_to(int n);
  /// Train the last group only; an error when there is only one.
  void freeze();
  void unfreeze() { freeze_to(0); }
  std::size_t frozen_idx() const { return frozen_idx_; }

  /// Take these parameters (biases, norms) out of weight decay; tensors that are not in the optimizer are ignored.
  void no_weight_decay(std::vector<Tensor> const& parameters);
  /// Let these parameters (norms) train in frozen groups too; tensors that are not in the optimizer are ignored.
  void force_train(std::vector<Tensor> const& parameters);

  /// Forget averages and step counts; what no_weight_decay and force_train said stays.
  void clear_state();
  /// A deep copy of everything that changes during training, but not of the weights.
  OptimizerState state_dict() const;
  /// The same with the tensors of the optimizer itself, which the next step changes: to write them down now.
  OptimizerState shared_state() const;
  /// Go back to such a copy; nothing has changed when it does not fit and an error is thrown.
  void load_state_dict(OptimizerState const& state);

 private:
  struct Slot {
    Tensor p;
    std::vector<Tensor> state;  // empty until the first step
    std::int64_t step = 0;
    bool do_wd = true;
    bool force_train = false;
  };
  struct Group {
    std::vector<Slot> slots;
    std::vector<double> hypers, hypers_without_wd;
  };
  /// One parameter in the flat list that the threads share out: its floats are number first ... first+size.
  struct Work {
    detail::FlatJob job;
    std::int64_t first, size;
  };

  std::size_t hyper_index(std::string_view name) const;
  void add_group(std::vector<Tensor> const& tensors);
  void prepare(Slot& slot) const;
  void add_work(Slot& slot, double const* hypers);
  void step_tensors();
  void run_work(std::int64_t begin, std::int64_t end) const;
  void measure_work(bool alone);
  void set_trainable(std::size_t group, bool trainable);
  std::string where(std::size_t group, std::size_t parameter) const;
  void set_hyper_at(std::size_t group, std::size_t index, double value);
  void check(OptimizerState const& state) const;
  void check(OptimizerState::Parameter const& saved, Tensor const& p, std::string const& at) const;

  template <class Action>
  void each(Action action) {
    for (auto& group : groups_)
      for (auto& slot : group.slots) action(slot);
  }
  template <class Action>
  void each_of(std::vector<Tensor> const& parameters, Action action) {
    each([&](Slot& slot) {
      for (auto const& parameter : parameters)
        if (slot.p.is_same(parameter)) action(slot);
    });
  }

  StepPlan plan_;
  std::vector<Group> groups_;
  std::size_t frozen_idx_ = 0;
  std::vector<Work> work_;                                // kept between steps for its memory
  std::vector<std::pair<Slot*, double const*>> tensors_;  // what is not made of plain floats, and its hypers
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/optimizer.ipp>
#endif
