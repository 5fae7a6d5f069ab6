#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <map>
#include <string>
#include <vector>

namespace fastxx {

/// Parameters and buffers of a module by name, the ones Python's `state_dict` has; they share memory with the module.
///
/// Source:  PyTorch nn.Module.state_dict
/// Example: examples/doc/layers.cpp
std::map<std::string, Tensor> state_dict(torch::nn::Module const& module);

/// A copy of a state that later training does not change.
std::map<std::string, Tensor> clone_state(std::map<std::string, Tensor> const& state);

namespace detail {
// In words; what is missing or unknown counts only when `strict`.
std::string difference(std::map<std::string, Tensor> const& have, std::map<std::string, Tensor> const& want,
                       bool strict = true);

void require_same_state(torch::nn::Module const& module, std::map<std::string, Tensor> const& state, bool strict,
                        std::string where = "");
}  // namespace detail

/// Copy a state into a module of the same structure; nothing is changed when a name or a shape does not fit. Without
/// `strict` the names may differ: those that both have are copied. `where` is where the state is from, for the message.
///
/// Errors:  state_error [state_dict.mismatch] listing missing, unexpected and differently shaped entries
/// Source:  PyTorch nn.Module.load_state_dict
/// Example: examples/doc/layers.cpp
void load_state_dict(torch::nn::Module& module, std::map<std::string, Tensor> const& state, bool strict = true,
                     std::string const& where = "");

/// All parameters of a module in the order they were registered.
///
/// Source:  fastai 2.7.18 torch_core.py params
inline std::vector<Tensor> params(torch::nn::Module const& module) { return module.parameters(); }

/// Weights and biases of normalisation layers, and every other bias: the parameters that get no weight decay. Without
/// `with_bias` those of normalisation layers alone, which train in frozen groups too.
///
/// Source:  fastai 2.7.18 torch_core.py norm_bias_params
std::vector<Tensor> norm_bias_params(torch::nn::Module const& module, bool with_bias = true);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/state.ipp>
#endif
