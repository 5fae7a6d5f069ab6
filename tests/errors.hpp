#pragma once
// What tests ask about an error of the library's.

#include <fastxx/low/core/error.hpp>

#include <string>

/// The sentence that a call throws, "no error" when it throws none of the library's.
template <class Body>
std::string error_of(Body const& body) {
  try {
    body();
  } catch (fastxx::error const& e) {
    return e.what();
  }
  return "no error";
}
/// Its key, "loader.empty".
template <class Body>
std::string key_of(Body const& body) {
  try {
    body();
  } catch (fastxx::error const& e) {
    return e.key();
  }
  return "no error";
}
inline bool contains(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
