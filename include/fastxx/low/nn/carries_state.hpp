#pragma once

namespace fastxx {

/// Base, beside torch::nn::Module, of a module that carries something from one batch to the next, as a recurrent network
/// does with its hidden state. ModelResetter calls reset_state() where a phase begins.
///
/// (torch::nn's own `reset()` is something else: it makes the parameters anew.)
/// Source:  fastai 2.7.18, the method `reset` of its text models
/// Example: examples/doc/recurrent.cpp
struct CarriesState {
  CarriesState() = default;
  CarriesState(CarriesState const&) = default;
  CarriesState& operator=(CarriesState const&) = default;
  virtual ~CarriesState() = default;

  /// Forget what earlier batches have left.
  virtual void reset_state() = 0;
};

}  // namespace fastxx
