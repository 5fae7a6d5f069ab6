#pragma once
// What comes between a training and its end, in the tests on the CPU and on a GPU.

#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

namespace disturb {

using namespace fastxx;

// The second step gets an infinite gradient; notes the weights before each.
struct Spoil {
  static constexpr int order = CallbackOrder::mixed_precision - 1;
  std::vector<at::Tensor>* weights;
  void before_step(TrainState& state) const {
    auto const parameter = state.module().parameters()[0];
    weights->push_back(parameter.detach().clone());
    if (weights->size() == 2) parameter.grad().view(-1)[0] = std::numeric_limits<float>::infinity();
  }
};

struct Stop {
  static constexpr int order = CallbackOrder::checkpoint;
  std::int64_t epoch;
  void after_epoch(TrainState& state) const {
    if (state.epoch == epoch) throw std::runtime_error("killed");
  }
};

}  // namespace disturb
