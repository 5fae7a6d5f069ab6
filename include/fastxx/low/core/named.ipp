#pragma once

#include <fastxx/low/core/named.hpp>

#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <string>
#include <string_view>

namespace fastxx::detail {

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

FASTXX_INLINE bool stands_in_template(char const* mangled) {
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

FASTXX_INLINE std::string portable_name(std::string name) {
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

}  // namespace fastxx::detail
