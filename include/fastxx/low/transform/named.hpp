#pragma once

#include <cxxabi.h>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <fastxx/low/core/type_name.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace fastxx {

/// A function, lambda or transform with a name that its author gives: `named("halve", [](Tensor x) { return x / 2; })`.
/// Files name the stages they belong to, and a lambda has no name that another program would know.
///
/// Source:  own design
/// Example: examples/doc/export.cpp
template <class Callable>
struct NamedStage : Callable {
  std::string_view label;
};
template <class Result, class... Arguments>
struct NamedStage<Result (*)(Arguments...)> {
  Result (*function)(Arguments...);
  std::string_view label;

  Result operator()(Arguments... arguments) const { return function(std::forward<Arguments>(arguments)...); }
};

/// `label` must live as long as what is named; a literal does.
template <class Callable>
constexpr NamedStage<Callable> named(std::string_view label, Callable callable) {
  static_assert(std::is_pointer_v<Callable> || !std::is_final_v<Callable>,
                "fastxx::named(label, f): 'f' must not be final: what is named derives from it");
  return {std::move(callable), label};
}

namespace detail {

inline bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// Where the bracket that `close` ends was opened; 0 when nowhere.
inline std::size_t opening(std::string const& text, std::size_t close) {
  int depth = 0;
  for (std::size_t i = close + 1; i-- > 0;) {
    depth += text[i] == ')' || text[i] == '>' ? 1 : text[i] == '(' || text[i] == '<' ? -1 : 0;
    if (depth == 0) return i;
  }
  return 0;
}

// Where the name of the function begins whose parameters begin at `open`.
inline std::size_t function_begin(std::string const& text, std::size_t open) {
  std::size_t begin = open;
  while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == ':' || text[begin - 1] == '>'))
    begin = text[begin - 1] == '>' ? opening(text, begin - 1) : begin - 1;
  return begin;
}

// Whether the type is, or is made of, a local class of a function template: each instance has one of its own under the
// same name. Asked of the linker's name, since clang's type names leave the function out.
inline bool stands_in_template(char const* mangled) {
  std::unique_ptr<char, void (*)(void*)> const demangled(abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr),
                                                         std::free);
  std::string const name = demangled ? demangled.get() : "";
  for (auto end = name.find(')'); end != std::string::npos; end = name.find(')', end + 1)) {
    std::string_view const rest = std::string_view(name).substr(end + 1);
    if (!rest.starts_with("::") && !rest.starts_with(" const::")) continue;
    std::size_t const open = opening(name, end), begin = function_begin(name, open);
    if (name.substr(begin, open - begin).find('<') != std::string::npos) return true;
  }
  return false;
}

// A type's name as every compiler would write it, whatever function it stands in; empty for what has no name that
// another program would know: lambdas, and functions that are told apart at run time.
inline std::string portable_name(std::string name) {
  // torch::data calls its function holders Lambda<...>.
  for (std::string_view nameless : {"lambda", "Lambda<", "unnamed", "std::function<", "(*)", "::*"})
    if (name.find(nameless) != std::string::npos) return "";
  for (std::string_view text : {"{anonymous}::", "(anonymous namespace)::", "std::__cxx11::", "std::__1::"})
    replace_all(name, text, "");
  // g++ writes main()::Stage and f<int>(int)::Stage where clang writes Stage.
  for (auto end = name.find(")::"); end != std::string::npos; end = name.find(")::")) {
    std::size_t const begin = function_begin(name, opening(name, end));
    name.erase(begin, end + 3 - begin);
  }
  // The integers have two spellings, and g++ a space between two closing brackets.
  constexpr std::string_view spellings[][2] = {
      {"long long unsigned int", "unsigned long long"}, {"long long int", "long long"},
      {"long unsigned int", "unsigned long"},           {"long int", "long"},
      {"short unsigned int", "unsigned short"},         {"short int", "short"}};
  for (auto const& [gnu, plain] : spellings) replace_all(name, gnu, plain);
  std::string packed;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (name[i] != ' ' || (i > 0 && i + 1 < name.size() && is_word(name[i - 1]) && is_word(name[i + 1])))
      packed += name[i];
  return packed;
}

}  // namespace detail

/// The name under which a stage is known in files, the same in every program and for every compiler: the label it was
/// given with named(), what its member `export_name()` says, its `static std::string name()`, else its type, without the
/// function a local class stands in. Empty when there is none: for lambdas, function pointers, std::function and local
/// classes of function templates.
///
/// Source:  own design
/// Example: examples/doc/export.cpp
template <class Stage>
std::string export_name(Stage const& stage) {
  if constexpr (requires { std::string(stage.label); })
    return std::string(stage.label);
  else if constexpr (requires { stage.export_name(); })
    return stage.export_name();
  else if constexpr (requires { std::string(Stage::name()); })
    return Stage::name();
  else
    return detail::stands_in_template(typeid(Stage).name()) ? "" : detail::portable_name(type_name<Stage>());
}

}  // namespace fastxx
