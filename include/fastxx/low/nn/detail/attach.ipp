#pragma once

#include <fastxx/low/nn/detail/attach.hpp>
#include <fastxx/low/nn/detail/hooked_layer.hpp>
#include <fastxx/low/nn/detail/module_base.hpp>
#include <fastxx/low/nn/detail/operator_watch.hpp>
#include <fastxx/low/nn/sequential.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE Attachment& Attachment::operator=(Attachment&& other) noexcept {
  std::swap(undo_, other.undo_);
  return *this;
}

FASTXX_INLINE void Attachment::detach() {
  for (auto const& undo : std::exchange(undo_, {})) undo();
}

// A Sequential whose output is its last layer's output; a class derived from it may do more in its forward.
inline bool is_plain_sequential(torch::nn::Module const& module) {
  auto const& type = typeid(module);
  return type == typeid(torch::nn::SequentialImpl) || type == typeid(fastxx::SequentialImpl);
}

inline void attach_layer(Attachment& attachment, torch::nn::SequentialImpl& layers, torch::nn::AnyModule& layer,
                         std::shared_ptr<ForwardHook> const& hook) {
  add_layer_hook(layer, hook);
  attachment.on_detach([owner = layers.weak_from_this(), &layers, hook] {
    if (auto const alive = owner.lock()) remove_layer_hook(layers, hook.get());
  });
}

// A Sequential is heard at its ends, whoever calls it.
inline void attach_ends(Attachment& attachment, torch::nn::SequentialImpl& layers,
                        std::shared_ptr<ForwardHook> const& hook) {
  if (layers.is_empty())
    throw state_error("hook.empty_sequential", {.call = "a hook on a Sequential",
                                                .expected = "at least one layer",
                                                .got = "none",
                                                .fix = "add the layers before hooking it"});
  auto const inputs = std::make_shared<CallInputs>();
  auto const first = std::make_shared<ForwardHook>(), last = std::make_shared<ForwardHook>();
  first->before = [hook, inputs, &layers](torch::nn::Module&, Tensors const& in) {
    if (hook->before) hook->before(layers, in);
    if (hook->after) *inputs = CallInputs({hook}, in);
  };
  attach_layer(attachment, layers, *layers.begin(), first);
  if (!hook->after) return;
  last->after = [hook, inputs, &layers](torch::nn::Module&, Tensors const&, Tensors const& out) {
    hook->after(layers, std::exchange(*inputs, {}).as_given(), out);
  };
  attach_layer(attachment, layers, *(layers.end() - 1), last);
}

inline void attach_operator(Attachment& attachment, torch::nn::Module& module, LayerKeys keys,
                            std::shared_ptr<ForwardHook> const& hook) {
  auto const watch = std::make_shared<OperatorWatch>(module, std::move(keys), hook);
  OperatorWatches::of_this_thread().add(watch);
  attachment.on_detach([watch] {
    watch->dead = true;
    OperatorWatches::of_this_thread().drop_dead();
  });
}

[[noreturn]] inline void refuse_outsider(torch::nn::Module const& module, torch::nn::Module const& model) {
  throw state_error("hook.not_in_model", {.call = "a hook on " + module.name(),
                                          .expected = "a module of the model given as .in",
                                          .got = "one that " + model.name() + " does not contain",
                                          .fix = "give the module the model holds, not a copy of it"});
}

[[noreturn]] inline void refuse_unreachable(torch::nn::Module const& module, torch::nn::Module const& model) {
  std::string name;
  for (auto const& entry : model.named_modules())
    if (entry.value().get() == &module) name = entry.key();
  throw state_error(
      "hook.unreachable",
      {.call = "a hook on " + module.name(),
       .expected = "a module that is called by a Sequential or as a fastxx::Child, or a layer with a weight",
       .got = "one whose parent calls its forward directly, which libtorch lets nobody intercept",
       .where = "'" + name + "'",
       .fix = "derive the parent from fastxx::Module and hold this as a Child, put it in a Sequential, or call it with "
              "fastxx::forward(module, x)"});
}

// Attaches everywhere in `model` where a Sequential or a Child calls `module`; false when there is no such place.
inline bool attach_inside(Attachment& attachment, torch::nn::Module& module, torch::nn::Module& model,
                          std::shared_ptr<ForwardHook> const& hook) {
  bool found = false, inside = false;
  for (auto const& parent : model.modules()) {
    inside |= parent.get() == &module;
    if (auto const* const ours = dynamic_cast<ModuleBase const*>(parent.get())) found |= ours->calls(module);
    auto* const layers = dynamic_cast<torch::nn::SequentialImpl*>(parent.get());
    if (!layers) continue;
    for (auto& layer : *layers) {
      if (layer.ptr().get() != &module) continue;
      found = true;
      auto const* const stand_in = hooked_layer(layer);
      bool const seen = stand_in && std::ranges::find(stand_in->hooks, hook) != stand_in->hooks.end();
      if (!seen) attach_layer(attachment, *layers, layer, hook);  // a shared container is met twice
    }
  }
  if (!inside) refuse_outsider(module, model);
  return found;
}

FASTXX_INLINE Attachment attach_root(torch::nn::Module& module, std::shared_ptr<ForwardHook> const& hook) {
  Attachment attachment;
  if (is_plain_sequential(module)) {
    attach_ends(attachment, dynamic_cast<torch::nn::SequentialImpl&>(module), hook);
  } else {
    HookRegistry::instance().add(&module, hook);
    attachment.on_detach([&module, hook] { HookRegistry::instance().remove(&module, hook.get()); });
  }
  return attachment;
}

FASTXX_INLINE Attachment attach(torch::nn::Module& module, torch::nn::Module& model,
                                std::shared_ptr<ForwardHook> const& hook) {
  if (is_plain_sequential(module)) return attach_root(module, hook);
  Attachment attachment;
  if (!attach_inside(attachment, module, model, hook)) {
    if (auto keys = layer_keys(module); keys.weight) {
      attach_operator(attachment, module, std::move(keys), hook);
      return attachment;
    }
    if (&module != &model) refuse_unreachable(module, model);
  }
  HookRegistry::instance().add(&module, hook);
  attachment.on_detach([&module, hook] { HookRegistry::instance().remove(&module, hook.get()); });
  return attachment;
}

}  // namespace fastxx::detail
