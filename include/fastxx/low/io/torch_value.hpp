#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fastxx {

/// What Python's torch.save wrote, as plain data: None, truth, number, text, tensor, list (tuples and sets too), dictionary.
/// An object of any other class is its name alone: nothing in a file is executed.
///
/// Source:  own design
/// Example: examples/doc/torch_file.cpp
struct TorchValue {
  using List = std::vector<TorchValue>;
  using Dict = std::vector<std::pair<TorchValue, TorchValue>>;  ///< in the order of the file
  struct Object {
    std::string name;  ///< "fastai.learner.Learner"
  };

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Tensor, List, Dict, Object> value = {};

  /// The value under a name of a dictionary; nullptr where there is none.
  TorchValue const* find(std::string_view name) const;

  /// The value as a T, one of the variant's types; nullptr when it is another.
  template <class T>
  T const* get_if() const {
    return std::get_if<T>(&value);
  }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/torch_value.ipp>
#endif
