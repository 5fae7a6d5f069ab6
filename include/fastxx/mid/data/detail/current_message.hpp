#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace fastxx::detail {

// What the exception being handled says; libtorch appends its call stack, which tells a reader nothing.
inline std::string current_message() {
  try {
    throw;
  } catch (std::exception const& e) {
    std::string_view const text = e.what();
    return std::string(text.substr(0, text.find("\nException raised from ")));
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace fastxx::detail
