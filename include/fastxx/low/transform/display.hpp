#pragma once

#include <fastxx/low/core/type_name.hpp>

#include <concepts>
#include <cstdio>
#include <string>
#include <type_traits>

namespace fastxx {

namespace detail {

// An archive that notes the numbers and texts among the members a stage serializes.
struct SettingsText {
  std::string text = {};

  SettingsText& nested(std::string const&) { return *this; }
  template <class T>
  void operator()(std::string const& name, T const& value) {
    std::string shown;
    if constexpr (std::is_same_v<T, bool>) {
      shown = value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      shown = std::to_string(value);
    } else if constexpr (std::is_arithmetic_v<T>) {
      char buffer[32];
      std::snprintf(buffer, sizeof buffer, "%g", static_cast<double>(value));
      shown = buffer;
    } else if constexpr (std::is_convertible_v<T const&, std::string>) {
      shown = "'" + std::string(value) + "'";
    } else {
      return;  // vocabularies and statistics are too long for a name
    }
    text += (text.empty() ? "" : ", ") + name + ": " + shown;
  }
};

}  // namespace detail

/// What a stage is called: its type, or the `static std::string name()` it has.
///
/// Source:  own design
/// Example: examples/doc/pipeline.cpp
template <class Stage>
std::string stage_name() {
  if constexpr (requires {
                  { Stage::name() } -> std::convertible_to<std::string>;
                })
    return Stage::name();
  else
    return type_name<Stage>();
}

/// How a stage is called in a printed pipeline: its type, or the label that named() gave it, and the numbers and texts it serializes, as in
/// `IntToFloatTensor -- {div: 255, div_mask: 1}`.
///
/// Source:  fastcore 1.7.28 transform.py DisplayedTransform (L-12); differs: any transform with serialize() is one
/// Example: examples/doc/pipeline.cpp
template <class Stage>
std::string stage_text(Stage const& stage) {
  std::string text;
  if constexpr (requires { std::string(stage.label); })
    text = stage.label;
  else if constexpr (requires { std::string(stage.encode.label); })
    text = stage.encode.label;
  else if constexpr (requires { std::string(stage.function.label); })
    text = stage.function.label;
  else
    text = stage_name<Stage>();
  if constexpr (requires(Stage & copy, detail::SettingsText & archive) { copy.serialize(archive); }) {
    Stage copy = stage;  // one serialize() serves saving and loading, so it cannot be const
    detail::SettingsText settings;
    copy.serialize(settings);
    if (!settings.text.empty()) text += " -- {" + settings.text + "}";
  }
  return text;
}

}  // namespace fastxx
