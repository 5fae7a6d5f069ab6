#pragma once

#include <fastxx/mid/callbacks/hook_callback.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::vector<ModuleRef> layers_of(torch::nn::Module& model, bool include_paramless) {
  std::vector<ModuleRef> layers;
  for (auto const& part : ModuleRef(model)->modules()) {
    bool const known = std::ranges::any_of(layers, [&](auto const& other) { return other.get() == part.get(); });
    if (!known && part->children().empty() && (include_paramless || !part->parameters().empty()))
      layers.emplace_back(part);
  }
  return layers;
}

FASTXX_INLINE std::vector<std::string> names_in(torch::nn::Module const& model, std::vector<ModuleRef> const& modules) {
  std::vector<std::string> names(modules.size());
  for (auto const& item : model.named_modules())
    for (std::size_t i = 0; i < modules.size(); ++i)
      if (modules[i].get() == item.value().get() && names[i].empty()) names[i] = item.key();
  return names;
}

inline void check_every(std::int64_t every) {
  if (every < 0)
    throw state_error("hook_callback.every", {.call = "HookCallback",
                                              .expected = "every so many training batches, or 0 for all batches",
                                              .got = {"every ", every}});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE HookCallback::HookCallback(std::function<void(LayerCall const&)> function, HookCallbackOptions options)
    : function_(std::move(function)), options_(std::move(options)) {
  detail::check_every(options_.every);
  if (!function_)
    throw state_error("hook_callback.function",
                      {.call = "HookCallback", .expected = "a function to call", .got = "an empty one"});
}

FASTXX_INLINE void HookCallback::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;  // and the fit around it goes on being heard
  run_.reset();
  auto const run = std::make_shared<detail::HookRun>();
  run->modules = options_.modules;
  if (run->modules.empty()) run->modules = detail::layers_of(learn.module(), options_.include_paramless);
  run->names = detail::names_in(learn.module(), run->modules);
  attach(learn, *run);  // what cannot be heard is said here, not at some batch
  if (options_.every > 0) run->hooks.clear();
  learn.keep_until_fit_ends(run);
  run_ = run;
}

FASTXX_INLINE bool HookCallback::is_due(TrainState const& learn) const {
  return options_.every == 0 || (learn.training && learn.train_iter % options_.every == 0);
}

FASTXX_INLINE void HookCallback::before_batch(TrainState& learn) {
  auto const run = run_.lock();
  if (!run || learn.evaluating) return;
  run->listening = is_due(learn);
  if (run->listening && run->hooks.empty()) attach(learn, *run);
}

FASTXX_INLINE void HookCallback::after_pred(TrainState& learn) { rethrow(learn); }
FASTXX_INLINE void HookCallback::after_backward(TrainState& learn) { rethrow(learn); }

FASTXX_INLINE void HookCallback::after_batch(TrainState& learn) {
  auto const run = run_.lock();
  if (!run || learn.evaluating) return;
  run->listening = false;
  if (options_.every > 1) run->hooks.clear();  // finding the places anew costs less than hearing all other batches
}

FASTXX_INLINE void HookCallback::attach(TrainState& learn, detail::HookRun& run) const {
  HookOptions const options{
      .in = learn.module(), .grad = options_.grad, .detach = options_.detach, .cpu = options_.cpu};
  for (std::size_t i = 0; i < run.modules.size(); ++i)
    run.hooks.emplace_back(
        run.modules[i],
        // A learner does not move while it trains, and the run owns this hook.
        [function = function_, i, &run, &learn](torch::nn::Module& module, Tensors const& in, Tensors const& out) {
          if (!run.listening || learn.evaluating || run.failure) return false;
          try {
            function({i, run.names[i], module, in, out, learn});
          } catch (...) {
            run.failure = std::current_exception();  // libtorch may stand between here and the loop
          }
          return true;
        },
        options);
}

FASTXX_INLINE void HookCallback::rethrow(TrainState const& learn) const {
  auto const run = run_.lock();
  if (run && !learn.evaluating && run->failure) std::rethrow_exception(std::exchange(run->failure, {}));
}

FASTXX_INLINE std::vector<std::string> HookCallback::names() const {
  auto const run = run_.lock();
  return run ? run->names : std::vector<std::string>();
}

FASTXX_INLINE void HookCallback::set_every(std::int64_t every) {
  detail::check_every(every);
  options_.every = every;
}

}  // namespace fastxx
