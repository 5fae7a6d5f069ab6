#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Collects the state of objects that have `void serialize(auto& archive) { archive("name", member); }`: tensors as
/// tensors, everything else as JSON in the metadata. One function serves saving and loading.
///
/// Errors:  the compiler's, for a member that is neither a tensor nor known to nlohmann::json
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
      if (value.defined()) file_.tensors[key] = value.detach().cpu().contiguous();
    } else {
      file_.metadata[key] = nlohmann::json(value).dump();
    }
  }

 private:
  SafeTensors& file_;
  std::string prefix_;
};

/// Gives objects the state a StateWriter collected.
///
/// Errors:  io_error [state.missing] for a value the file does not have, [state.value] for one of another type
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
    std::string const key = prefix_ + name;
    if constexpr (std::is_base_of_v<Tensor, T>) {
      auto const found = file_.tensors.find(key);
      value = found == file_.tensors.end() ? T() : T(found->second);
    } else {
      auto const found = file_.metadata.find(key);
      if (found == file_.metadata.end()) refuse("state.missing", key, "nothing");
      try {
        value = nlohmann::json::parse(found->second).template get<T>();
      } catch (nlohmann::json::exception const&) {
        refuse("state.value", key, "a value of another type");
      }
    }
  }

 private:
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
