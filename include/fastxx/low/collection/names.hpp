#pragma once

#include <cctype>
#include <cstddef>
#include <fastxx/low/core/type_name.hpp>
#include <string>
#include <string_view>

namespace fastxx {

namespace detail {
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
inline char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
}  // namespace detail

/// `TrainEvalCallback` to `train_eval_callback`, `DBMDNFit` to `dbmdn_fit`.
///
/// Source:  fastcore 1.7.28 basics.py camel2snake
/// Example: examples/doc/list.cpp
inline std::string camel2snake(std::string_view name) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    bool const before_word = i + 1 < name.size() && detail::is_lower(name[i + 1]);
    bool const after_word = i > 0 && (detail::is_lower(name[i - 1]) || detail::is_digit(name[i - 1]));
    if (i > 0 && detail::is_upper(name[i]) && (before_word || after_word)) result += '_';
    result += detail::to_lower(name[i]);
  }
  return result;
}

/// `train_eval` to `TrainEval`.
///
/// Source:  fastcore 1.7.28 basics.py snake2camel
/// Example: examples/doc/list.cpp
inline std::string snake2camel(std::string_view name) {
  std::string result;
  bool start = true;  // of a run of letters
  for (char const c : name) {
    if (c != '_') result += start ? detail::to_upper(c) : detail::to_lower(c);
    start = !detail::is_upper(c) && !detail::is_lower(c);
  }
  return result;
}

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
