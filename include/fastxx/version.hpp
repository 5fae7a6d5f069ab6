#pragma once

#include <string_view>

namespace fastxx {

/// The version of fastxx as MAJOR.MINOR.PATCH; CMakeLists.txt reads it from this line.
///
/// Source: own design
inline constexpr std::string_view version = "0.4.0";

}  // namespace fastxx
