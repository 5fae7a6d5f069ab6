#pragma once

#include <cmath>
#include <cstdlib>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

// JSON has no NaN and no infinity, and would write null: they stand as {"number": "nan"} in what we write.
inline nlohmann::json to_state(nlohmann::json value) {
  if (value.is_structured()) {
    for (auto& element : value) element = to_state(std::move(element));
  } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    double const number = value.get<double>();
    return {{"number", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"}};
  }
  return value;
}
inline nlohmann::json from_state(nlohmann::json value) {
  if (value.is_object() && value.size() == 1 && value.contains("number") && value["number"].is_string())
    return std::strtod(value["number"].get<std::string>().c_str(), nullptr);
  if (value.is_structured())
    for (auto& element : value) element = from_state(std::move(element));
  return value;
}

}  // namespace detail

/// Collects the state of objects that have `void serialize(auto& archive) { archive("name", member); }`: tensors as
/// tensors, members that have a serialize() of their own part by part (a tensor's metadata too), everything else as JSON
/// in the metadata. One function serves saving and loading.
///
/// Errors:  data_error [state.text] for a text that is not UTF-8; the compiler's, for a member that is neither a tensor
///          nor known to nlohmann::json
/// Source:  own design (features L-17)
/// Example: examples/doc/serialize.cpp
class StateWriter {
 public:
  StateWriter(SafeTensors& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  /// A writer for a part of the object, whose names do not meet those of other parts.
  StateWriter nested(std::string const& name) const { return StateWriter(file_, prefix_ + name + "."); }

  template <class T>
  void operator()(std::string const& name, T const& value) {
    std::string const key = prefix_ + name;
    if constexpr (std::is_base_of_v<Tensor, T>) {
      if (value.defined())
        file_.tensors[key] = value.detach().cpu().contiguous();
      else
        file_.metadata[key] = "undefined";  // so that a tensor that is missing can be told from one that is not set
    }
    StateWriter inner = nested(name);
    if constexpr (requires(T copy) { copy.serialize(inner); }) {
      T copy = value;  // one serialize() serves saving and loading, so it cannot be const
      copy.serialize(inner);
    } else if constexpr (!std::is_base_of_v<Tensor, T>) {
      try {
        file_.metadata[key] = detail::to_state(value).dump();
      } catch (nlohmann::json::type_error const&) {
        throw data_error("state.text", {.call = "save",
                                        .expected = "text in UTF-8",
                                        .got = "bytes that are none",
                                        .where = "member " + key,
                                        .fix = "convert the text, or keep bytes in a tensor or a list of numbers"});
      }
    }
  }

 private:
  SafeTensors& file_;
  std::string prefix_;
};

/// Gives objects the state a StateWriter collected.
///
/// Errors:  io_error [state.missing] for a value the file does not have, [state.value] for one of another type or range
/// Source:  own design (features L-17)
/// Example: examples/doc/serialize.cpp
class StateReader {
 public:
  StateReader(SafeTensors const& file, std::string prefix, std::string path)
      : file_(file), prefix_(std::move(prefix)), path_(std::move(path)) {}

  /// A reader for a part of the object, which was saved under this name.
  StateReader nested(std::string const& name) const { return StateReader(file_, prefix_ + name + ".", path_); }

  template <class T>
  void operator()(std::string const& name, T& value) {
    if constexpr (std::is_base_of_v<Tensor, T>) value = tensor<T>(prefix_ + name);
    StateReader inner = nested(name);
    if constexpr (requires { value.serialize(inner); })
      value.serialize(inner);
    else if constexpr (!std::is_base_of_v<Tensor, T>)
      value = plain<T>(prefix_ + name);
  }

 private:
  template <class T>
  T tensor(std::string const& key) const {
    auto const found = file_.tensors.find(key);
    if (found != file_.tensors.end()) return T(found->second);
    auto const text = file_.metadata.find(key);
    if (text == file_.metadata.end()) refuse("state.missing", key, "nothing");
    if (text->second != "undefined") refuse("state.value", key, "a value that is no tensor");
    return T();
  }
  template <class T>
  T plain(std::string const& key) const {
    auto const found = file_.metadata.find(key);
    if (found == file_.metadata.end()) refuse("state.missing", key, "nothing");
    try {
      auto const saved = nlohmann::json::parse(found->second);
      T const value = detail::from_state(saved).template get<T>();
      if (detail::to_state(value) != saved) refuse("state.value", key, "a value of another type or range");
      return value;
    } catch (nlohmann::json::exception const&) {
      refuse("state.value", key, "a value of another type");
    }
  }

  [[noreturn]] void refuse(char const* error_key, std::string const& name, std::string const& got) const {
    throw io_error(error_key, {.call = "load",
                               .expected = "a value for " + name,
                               .got = got,
                               .where = path_,
                               .fix = "the file was written by another version or by hand; export it again"});
  }

  SafeTensors const& file_;
  std::string prefix_;
  std::string path_;
};

}  // namespace fastxx
