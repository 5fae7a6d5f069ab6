#pragma once

#include <fastxx/low/torch/tensor.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fastxx {

/// What an Optimizer remembers, as a plain value: save it, keep it, give it back with load_state_dict.
///
/// A parameter that has not made a step yet has no tensors and step 0.
/// Source:  fastai 2.7.18 optimizer.py Optimizer.state_dict; differs: without the do_wd and force_train flags
/// Example: examples/doc/optimizer.cpp
struct OptimizerState {
  struct Parameter {
    std::int64_t step = 0;
    std::map<std::string, Tensor> tensors;
  };
  struct Group {
    std::map<std::string, double> hypers;
    std::vector<Parameter> parameters;
  };
  std::vector<Group> groups = {};
  std::string archive = {};  ///< the bytes a foreign optimizer saves (OptimWrapper)
};

}  // namespace fastxx
