#pragma once

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace fastxx {

namespace detail {
template <class T>
constexpr std::string_view raw_type_name() {
  return __PRETTY_FUNCTION__;
}

// What is the same for every type, so that a program has it once.
inline std::string short_type_name(std::string_view raw) {
  std::string name(raw);
  // g++ appends "; std::string_view = ..." after the type.
  if (auto alias = name.find("; std::string_view ="); alias != std::string::npos) name.resize(alias);
  auto is_ours = [&](std::size_t at) {  // my_fastxx::Stage is not, nor my::fastxx::Stage
    return at == 0 ||
           (!std::isalnum(static_cast<unsigned char>(name[at - 1])) && name[at - 1] != '_' && name[at - 1] != ':');
  };
  for (std::string_view prefix : {"fastxx::vision::", "fastxx::"})
    for (auto at = name.find(prefix); at != std::string::npos; at = name.find(prefix, at))
      is_ours(at) ? void(name.erase(at, prefix.size())) : void(++at);
  // libstdc++'s and clang's long ways to say std::string.
  for (std::string_view text : {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
                                "std::__cxx11::basic_string<char>", "std::basic_string<char>", "std::__cxx11::string"})
    for (auto at = name.find(text); at != std::string::npos; at = name.find(text))
      name.replace(at, text.size(), "std::string");
  return name;
}
}  // namespace detail

/// The name of a type as the compiler writes it, without the namespace fastxx: for messages, tables and fingerprints.
///
/// Source:  own design
/// Example: examples/doc/pipeline.cpp
template <class T>
std::string type_name() {
  // Both compilers put the type between "T = " and the end of the signature ("; rest]" for g++ when it adds aliases).
  constexpr std::string_view all = detail::raw_type_name<T>();
  constexpr auto start = all.find("T = ") + 4;
  constexpr auto end = all.find_first_of(";]", start) == all.size() - 1 ? all.size() - 1 : all.rfind(']');
  return detail::short_type_name(all.substr(start, end - start));
}

}  // namespace fastxx
