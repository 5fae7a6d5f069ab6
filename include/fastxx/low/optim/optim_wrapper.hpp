#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/optim/detail/checks.hpp>
#include <fastxx/low/torch/optim.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The options class of one of libtorch's optimizers. Specialise it for an optimizer of your own.
///
/// Source:  own design; libtorch does not say which class belongs to which
/// Example: examples/doc/optim_wrapper.cpp
template <class Torch>
struct torch_options {
  static_assert(!std::is_same_v<Torch, Torch>,
                "fastxx: the options class of this optimizer is not known; specialise fastxx::torch_options for it");
  using type = torch::optim::SGDOptions;  // stands in, so that one sentence is all the compiler says
};
template <>
struct torch_options<torch::optim::LBFGS> : std::type_identity<torch::optim::LBFGSOptions> {};
template <>
struct torch_options<torch::optim::SGD> : std::type_identity<torch::optim::SGDOptions> {};
template <>
struct torch_options<torch::optim::Adam> : std::type_identity<torch::optim::AdamOptions> {};
template <>
struct torch_options<torch::optim::AdamW> : std::type_identity<torch::optim::AdamWOptions> {};
template <>
struct torch_options<torch::optim::RMSprop> : std::type_identity<torch::optim::RMSpropOptions> {};
template <>
struct torch_options<torch::optim::Adagrad> : std::type_identity<torch::optim::AdagradOptions> {};

/// What an OptimWrapper remembers, as a plain value.
///
/// Source:  fastai 2.7.18 optimizer.py OptimWrapper.state_dict
/// Example: examples/doc/optim_wrapper.cpp
struct OptimWrapperState {
  std::vector<std::map<std::string, double>> hypers;  ///< by group
  std::string archive;                                ///< the bytes libtorch's optimizer saves
};

namespace detail {

// One of fastai's hyper-parameters and where libtorch's options keep it.
template <class Options>
struct TorchHyper {
  std::string_view name;
  double& (*in)(Options&);
};

template <class Options>
std::vector<TorchHyper<Options>> torch_hypers() {
  std::vector<TorchHyper<Options>> all{{"lr", [](Options& o) -> double& { return o.lr(); }}};
  if constexpr (requires(Options & o) { o.momentum(); })
    all.push_back({"mom", [](Options& o) -> double& { return o.momentum(); }});
  if constexpr (requires(Options & o) { o.betas(); }) {
    all.push_back({"mom", [](Options& o) -> double& { return std::get<0>(o.betas()); }});
    all.push_back({"sqr_mom", [](Options& o) -> double& { return std::get<1>(o.betas()); }});
  }
  if constexpr (requires(Options & o) { o.alpha(); })
    all.push_back({"sqr_mom", [](Options& o) -> double& { return o.alpha(); }});
  if constexpr (requires(Options & o) { o.weight_decay(); })
    all.push_back({"wd", [](Options& o) -> double& { return o.weight_decay(); }});
  if constexpr (requires(Options & o) { o.eps(); })
    all.push_back({"eps", [](Options& o) -> double& { return o.eps(); }});
  if constexpr (requires(Options & o) { o.dampening(); })
    all.push_back({"dampening", [](Options& o) -> double& { return o.dampening(); }});
  if constexpr (requires(Options & o) { o.lr_decay(); })
    all.push_back({"lr_decay", [](Options& o) -> double& { return o.lr_decay(); }});
  return all;
}

}  // namespace detail

/// One of libtorch's optimizers in the place of an Optimizer: the same members, fastai's names of the hyper-parameters
/// ("mom" is momentum or the first beta, "sqr_mom" alpha or the second, "wd" weight_decay), groups, freezing, state.
///
/// Make one with TorchOptimizer, or from an optimizer that exists: `OptimWrapper(std::move(sgd))`.
/// Runs:    what libtorch runs, at its speed; hyper-parameters are written where it reads them
/// Errors:  state_error [optimizer.unknown_hyper], [optimizer.hyper_count], [optimizer.freeze], [optimizer.state]
/// Source:  fastai 2.7.18 optimizer.py OptimWrapper; differs: a parameter without gradient is always skipped
/// Example: examples/doc/optim_wrapper.cpp
template <class Torch>
class OptimWrapper {
  static_assert(!std::is_same_v<Torch, torch::optim::LBFGS>,
                "fastxx::OptimWrapper: LBFGS computes the loss several times in a step, for which a training loop has "
                "no place; call it yourself");

 public:
  using Options = typename torch_options<Torch>::type;
  using Groups = std::vector<std::vector<Tensor>>;

  explicit OptimWrapper(Torch optimizer) : torch_(std::make_unique<Torch>(std::move(optimizer))) {}

  void step() { torch_->step(); }
  /// Drop all gradients, as Optimizer does.
  void zero_grad() {
    each([](std::size_t, Tensor& p) { p.mutable_grad().reset(); });
  }

  void set_hyper(std::string_view name, double value) { set_hyper(name, std::vector<double>{value}); }
  /// Set a hyper-parameter group by group; one value serves all groups.
  void set_hyper(std::string_view name, std::vector<double> const& values) {
    auto const in = place_of(name);
    detail::check_hyper("OptimWrapper", name, values, n_groups());
    for (std::size_t g = 0; g < n_groups(); ++g) in(options(g)) = values[values.size() == 1 ? 0 : g];
  }
  std::vector<double> hyper(std::string_view name) const {
    auto const in = place_of(name);
    std::vector<double> values;
    for (std::size_t g = 0; g < n_groups(); ++g) values.push_back(in(options(g)));
    return values;
  }
  std::vector<std::string> hyper_names() const {
    std::vector<std::string> names;
    for (auto const& hyper : detail::torch_hypers<Options>()) names.emplace_back(hyper.name);
    return names;
  }

  std::size_t n_groups() const { return torch_->param_groups().size(); }
  Groups groups() const {
    Groups result;
    for (auto const& group : std::as_const(*torch_).param_groups()) result.push_back(group.params());
    return result;
  }

  /// Train groups n, n+1, ... only; n < 0 counts from the end. Gradients of what is frozen are dropped.
  void freeze_to(int n) {
    frozen_idx_ = detail::first_trained("OptimWrapper", n, n_groups());
    each([this](std::size_t group, Tensor& p) {
      bool const train = group >= frozen_idx_ || is_forced(p);
      p.set_requires_grad(train);
      if (!train) p.mutable_grad().reset();  // or it would keep moving the frozen weights
    });
  }
  /// Train the last group only; an error when there is only one.
  void freeze() {
    detail::check_freeze("OptimWrapper", n_groups());
    freeze_to(-1);
  }
  void unfreeze() { freeze_to(0); }
  std::size_t frozen_idx() const { return frozen_idx_; }

  /// Does nothing, as in fastai: libtorch's optimizers decay all parameters of a group. Give those that must not decay a
  /// group of their own.
  void no_weight_decay(std::vector<Tensor> const&) {}
  /// Let these parameters (norms) train in frozen groups too.
  void force_train(std::vector<Tensor> const& parameters) {
    each([&](std::size_t, Tensor& p) {
      if (!is_in(parameters, p)) return;
      forced_.push_back(p);
      p.set_requires_grad(true);
    });
  }

  /// Forget averages and step counts.
  void clear_state() { torch_->state().clear(); }
  /// A deep copy of everything that changes during training, but not of the weights.
  OptimWrapperState state_dict() const;
  /// Go back to such a copy, from this process or another one.
  void load_state_dict(OptimWrapperState const& state);

  /// The optimizer itself.
  Torch& torch_optimizer() { return *torch_; }

 private:
  Options& options(std::size_t group) const { return static_cast<Options&>(torch_->param_groups()[group].options()); }
  auto place_of(std::string_view name) const {
    for (auto const& hyper : detail::torch_hypers<Options>())
      if (hyper.name == name) return hyper.in;
    detail::refuse_hyper("OptimWrapper of " + type_name<Torch>(), name, hyper_names());
  }
  template <class Action>
  void each(Action action) {
    for (std::size_t g = 0; g < n_groups(); ++g)
      for (auto& p : torch_->param_groups()[g].params()) action(g, p);
  }
  static bool is_in(std::vector<Tensor> const& tensors, Tensor const& p) {
    return std::any_of(tensors.begin(), tensors.end(), [&](Tensor const& tensor) { return tensor.is_same(p); });
  }
  bool is_forced(Tensor const& p) const { return is_in(forced_, p); }

  std::unique_ptr<Torch> torch_;  // at one place, since libtorch's optimizers cannot be assigned
  std::size_t frozen_idx_ = 0;
  std::vector<Tensor> forced_;
};

/// The archive is the only way to copy the state deeply: libtorch's clone() shares the tensors.
template <class Torch>
OptimWrapperState OptimWrapper<Torch>::state_dict() const {
  OptimWrapperState state;
  for (std::size_t g = 0; g < n_groups(); ++g) {
    auto& hypers = state.hypers.emplace_back();
    for (auto const& hyper : detail::torch_hypers<Options>())
      hypers.emplace(std::string(hyper.name), hyper.in(options(g)));
  }
  torch::serialize::OutputArchive archive;
  torch_->save(archive);
  std::ostringstream bytes;
  archive.save_to(bytes);
  state.archive = bytes.str();
  return state;
}

template <class Torch>
void OptimWrapper<Torch>::load_state_dict(OptimWrapperState const& state) {
  auto refuse = [](std::string expected, std::string got) {
    throw state_error("optimizer.state", {.call = "OptimWrapper::load_state_dict",
                                          .expected = std::move(expected),
                                          .got = std::move(got),
                                          .fix = "load what the same optimizer with the same groups has saved"});
  };
  if (state.hypers.size() != n_groups())
    refuse(std::to_string(n_groups()) + " groups", std::to_string(state.hypers.size()));
  for (auto const& hypers : state.hypers)
    for (auto const& name : hyper_names())
      if (!hypers.contains(name)) refuse("hyper-parameter '" + name + "'", "none");
  auto former = std::exchange(torch_->state(), {});  // load() would leave what the archive does not have
  std::vector<std::unique_ptr<torch::optim::OptimizerOptions>> former_options;
  for (auto const& group : torch_->param_groups()) former_options.push_back(group.options().clone());
  auto put_back = [&] {  // newer versions' load() writes group after group, and may throw between
    torch_->state() = std::move(former);
    for (std::size_t g = 0; g < n_groups(); ++g) torch_->param_groups()[g].set_options(std::move(former_options[g]));
  };
  try {
    std::istringstream bytes(state.archive);
    torch::serialize::InputArchive archive;
    archive.load_from(bytes);
    torch_->load(archive);
  } catch (c10::Error const& error) {
    put_back();
    refuse("the archive of a " + type_name<Torch>(), error.what_without_backtrace());
  } catch (std::exception const& error) {  // libtorch's unpickler lets out what the standard library throws
    put_back();
    refuse("the archive of a " + type_name<Torch>(), error.what());
  } catch (...) {
    put_back();
    throw;
  }
  for (std::size_t g = 0; g < n_groups(); ++g)
    for (auto const& hyper : detail::torch_hypers<Options>())
      hyper.in(options(g)) = state.hypers[g].at(std::string(hyper.name));
}

/// A recipe for one of libtorch's optimizers, wherever Adam{} is one: `TorchOptimizer<torch::optim::SGD>{.options =
/// torch::optim::SGDOptions(.1).momentum(.9)}`.
///
/// Errors:  state_error [optimizer.no_parameters], [optimizer.repeated_parameter], and [optimizer.parameter] with
///          libtorch's reason for tensors or options it does not take
/// Source:  fastai 2.7.18 optimizer.py, `partial(OptimWrapper, opt=torch.optim.SGD)`
/// Example: examples/doc/optim_wrapper.cpp
template <class Torch>
struct TorchOptimizer {
  typename torch_options<Torch>::type options;

  OptimWrapper<Torch> make(std::vector<std::vector<Tensor>> const& groups) const {
    detail::check_parameters(type_name<Torch>(), groups);  // libtorch would update a repeated one twice
    std::vector<torch::optim::OptimizerParamGroup> all;
    for (auto const& group : groups)
      all.emplace_back(group, std::make_unique<typename torch_options<Torch>::type>(options));
    try {
      return OptimWrapper<Torch>(Torch(std::move(all), options));
    } catch (c10::Error const& error) {
      throw state_error("optimizer.parameter", {.call = type_name<Torch>(),
                                                .expected = "groups of leaf tensors, each once, and valid options",
                                                .got = error.what_without_backtrace()});
    }
  }
};

}  // namespace fastxx
