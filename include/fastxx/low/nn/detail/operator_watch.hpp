#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/low/torch/record_function.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

// What a layer computes, seen from its operators: libtorch reports every operator call of a thread to whoever asks, and
// `aten::conv2d` called with the weight of `conv` is `conv->forward`, whoever wrote that call.

namespace fastxx::detail {

// RecordFunction::inputs() asserts, in programs built without NDEBUG, a flag that release builds of libtorch never set;
// so the list is read past it. (Naming a private member is allowed in an explicit instantiation, and only there.)
using OperatorInputs = c10::ArrayRef<c10::IValue const>;
OperatorInputs inputs_of(at::RecordFunction const& function);

// An operator that is a layer's forward, by the places of its input and of the weight (or bias) among the arguments.
struct LayerOperator {
  std::string_view name;
  std::size_t input;
  std::size_t key;
  bool key_is_bias = false;
};

// The tensors that tell a layer's operator calls from others; asked for anew each time, for they may be exchanged.
struct LayerKeys {
  std::function<Tensor()> weight = {};
  std::function<Tensor()> bias = {};  // of Linear only
};

// Without a weight for modules that are no such layer.
LayerKeys layer_keys(torch::nn::Module& module);

// One watched layer of the thread that attached the hook. Whoever detaches it may be another thread, which cannot reach
// that list: it says `dead`, and the list drops the watch when it is used next.
struct OperatorWatch {
  OperatorWatch(torch::nn::Module& watched, LayerKeys its_keys, std::shared_ptr<ForwardHook> its_hook);

  torch::nn::Module* module;
  std::weak_ptr<torch::nn::Module> owner;
  bool has_owner = !owner.expired();  // a module may also live outside any shared_ptr
  LayerKeys keys;
  std::shared_ptr<ForwardHook> hook;
  std::atomic<bool> dead = false;
  bool inside = false;  // operators call others with the same weight
  Tensors before_bias = {};

  // Whether this operator call is the layer's forward; `inputs` gets what the layer was given.
  bool matches(LayerOperator const& call, OperatorInputs arguments, Tensors& inputs);

 private:
  // The same memory from the same place on, transposed or not.
  static bool same_numbers(Tensor const& a, Tensor const& b);
};

class OperatorWatches {
 public:
  static OperatorWatches& of_this_thread();

  void add(std::shared_ptr<OperatorWatch> watch);
  void drop_dead();
  bool any() const { return !list_.empty(); }

 private:
  struct Call : at::ObserverContext {
    std::vector<std::shared_ptr<OperatorWatch>> watches{};
    std::vector<std::shared_ptr<torch::nn::Module>> modules{};  // another thread may drop them meanwhile
    Tensors inputs{};
  };

  static std::unique_ptr<at::ObserverContext> start(at::RecordFunction const& function);

  static void end(at::RecordFunction const& function, at::ObserverContext* context);

  // libtorch logs what these callbacks throw and goes on; whoever reads the hook gets it instead.
  template <class Action>
  static void guarded(OperatorWatch& watch, Action const& action) {
    try {
      action();
    } catch (...) {
      watch.hook->failure = std::current_exception();
    }
  }

  std::vector<std::shared_ptr<OperatorWatch>> list_{};
  at::CallbackHandle handle_{};
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/nn/detail/operator_watch.ipp>
#endif
