#pragma once

#include <fastxx/mid/train/state.hpp>

#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE at::Device place_of(torch::nn::Module const& model) {
  auto const parameters = model.parameters();
  return parameters.empty() ? at::Device(at::kCPU) : parameters.front().device();
}

FASTXX_INLINE KeptStates::KeptStates(CallbackTable const& table) : callbacks_(table.with_state()) {
  for (auto const& entry : callbacks_) keep(entry.object.get(), entry.state);
}

FASTXX_INLINE KeptStates::~KeptStates() {
  for (auto& one : kept_) {
    one.copy.put_back();
    one.handlers->copy(one.object, one.copy);
  }
}

FASTXX_INLINE void KeptStates::keep(void* object, StateHandlers const* handlers) {
  StateCopy copy;
  handlers->copy(object, copy);
  kept_.push_back({object, handlers, std::move(copy)});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void TrainState::say(std::string const& sentence) const {
  if (logger) logger({sentence});
}

}  // namespace fastxx
