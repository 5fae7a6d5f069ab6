#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/type_name.hpp>

#include <string>
#include <string_view>

namespace fastxx {

/// `TrainEvalCallback` to `train_eval_callback`, `DBMDNFit` to `dbmdn_fit`.
///
/// Source:  fastcore 1.7.28 basics.py camel2snake
/// Example: examples/doc/list.cpp
std::string camel2snake(std::string_view name);

/// `train_eval` to `TrainEval`.
///
/// Source:  fastcore 1.7.28 basics.py snake2camel
/// Example: examples/doc/list.cpp
std::string snake2camel(std::string_view name);

/// The snake-cased name of a type, less an ending: `class2attr<TrainEvalCallback>("Callback")` is `train_eval`. A type
/// called like the ending keeps it.
///
/// Source:  fastcore 1.7.28 basics.py class2attr
/// Example: examples/doc/list.cpp
template <class T>
std::string class2attr(std::string_view ending) {
  std::string name = type_name<T>();
  name.resize(std::min(name.find('<'), name.size()));
  if (auto const at = name.rfind("::"); at != name.npos) name.erase(0, at + 2);
  if (name.ends_with(ending) && name.size() > ending.size()) name.resize(name.size() - ending.size());
  return camel2snake(name);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/collection/names.ipp>
#endif
