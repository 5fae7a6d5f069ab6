#pragma once

#include <fastxx/low/torch/ops.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace fastxx {

/// Seed torch's global generator, which initial weights and dropout draw from. Loaders and splitters have seeds of
/// their own.
///
/// Source:  fastai 2.7.18 torch_core.py set_seed
/// Example: examples/fashion_mnist.cpp
inline void set_seed(std::uint64_t seed) { at::manual_seed(seed); }

namespace detail {

// The generators that a training on the device draws from: the CPU's, and the device's own.
inline std::vector<at::Generator> default_generators(at::Device device) {
  std::vector<at::Generator> all{at::globalContext().defaultGenerator(at::kCPU)};
  if (!device.is_cpu()) all.push_back(at::globalContext().defaultGenerator(device));
  return all;
}

// Puts them back where they were.
class KeptGenerators {
 public:
  explicit KeptGenerators(at::Device device) : generators_(default_generators(device)) {
    for (auto& generator : generators_) {
      std::lock_guard const lock(generator.mutex());
      states_.push_back(generator.get_state());
    }
  }
  ~KeptGenerators() {
    for (std::size_t i = 0; i < generators_.size(); ++i) {
      std::lock_guard const lock(generators_[i].mutex());
      generators_[i].set_state(states_[i]);
    }
  }
  KeptGenerators(KeptGenerators const&) = delete;
  KeptGenerators& operator=(KeptGenerators const&) = delete;

 private:
  std::vector<at::Generator> generators_;
  std::vector<at::Tensor> states_;
};

}  // namespace detail

}  // namespace fastxx
