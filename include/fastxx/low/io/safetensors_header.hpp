#pragma once
// The distrustful half of safetensors.hpp: from the header's text to a list of entries that are known to be right.

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx {

/// What a safetensors file holds: tensors by name, and words about them.
///
/// Source:  https://github.com/huggingface/safetensors, "Format" in its README
struct SafeTensors {
  std::map<std::string, Tensor> tensors = {};
  std::map<std::string, std::string> metadata = {};
};

/// What the header of a safetensors file says about a tensor.
///
/// Source:  https://github.com/huggingface/safetensors, "Format" in its README
struct SafeTensorsInfo {
  std::string dtype = {};  ///< as the format writes it: "F32", "F8_E4M3", ...
  std::vector<std::int64_t> shape = {};
  bool readable = false;  ///< whether tensors of this libtorch can have that dtype
};

namespace detail {

inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;  // the reference implementation's limit
inline constexpr std::size_t safetensors_most_dimensions = 64;          // that many have libtorch's own functions

struct SafeTensorsType {
  std::string_view name;
  at::ScalarType dtype;
  std::uint64_t bytes;
};

// Those that tensors of this libtorch have.
inline constexpr std::array<SafeTensorsType, 10> safetensors_types{{{"F64", at::kDouble, 8},
                                                                    {"F32", at::kFloat, 4},
                                                                    {"F16", at::kHalf, 2},
                                                                    {"BF16", at::kBFloat16, 2},
                                                                    {"I64", at::kLong, 8},
                                                                    {"I32", at::kInt, 4},
                                                                    {"I16", at::kShort, 2},
                                                                    {"I8", at::kChar, 1},
                                                                    {"U8", at::kByte, 1},
                                                                    {"BOOL", at::kBool, 1}}};
// Those that it has not, whose sizes are known all the same.
inline constexpr std::array<SafeTensorsType, 7> foreign_safetensors_types{{{"F8_E4M3", at::ScalarType::Undefined, 1},
                                                                           {"F8_E5M2", at::ScalarType::Undefined, 1},
                                                                           {"F8_E8M0", at::ScalarType::Undefined, 1},
                                                                           {"U16", at::ScalarType::Undefined, 2},
                                                                           {"U32", at::ScalarType::Undefined, 4},
                                                                           {"U64", at::ScalarType::Undefined, 8},
                                                                           {"C64", at::ScalarType::Undefined, 8}}};

// One tensor as the header describes it.
struct SafeTensorsEntry {
  std::string name;
  SafeTensorsInfo info;
  SafeTensorsType type;  // of 0 bytes when nothing is known of it
  std::uint64_t begin, end;
};

// Refuses with the path, and the tensor's name where there is one.
struct SafeTensorsProblem {
  std::filesystem::path const& path;
  std::string tensor = {};

  [[noreturn, gnu::cold]] void fail(
      std::string_view key, ErrorText const& expected, ErrorText const& got,
      char const* fix = "the file is damaged or hostile; fetch it again from a source you trust") const;
  void expect_first(bool first, std::string const& name) const;
  [[noreturn, gnu::cold]] void refuse_memory(std::uint64_t bytes) const;
  std::string where() const;
};

[[noreturn]] void refuse_safetensors_type(std::string const& dtype, SafeTensorsProblem const& problem);

using SafeTensorsEntries = std::map<std::string, SafeTensorsEntry>;

// The data must be covered without gap or overlap, so that no byte can hide and none is read twice. The entries in the
// order of their data.
std::vector<SafeTensorsEntry const*> in_file_order(SafeTensorsEntries const& entries, SafeTensorsProblem problem,
                                                   std::uint64_t data_bytes);

// The entries by name; the words of the metadata go to `metadata`.
SafeTensorsEntries parse_safetensors_header(std::string_view text, SafeTensorsProblem problem, std::uint64_t data_bytes,
                                            std::map<std::string, std::string>& metadata);

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/safetensors_header.ipp>
#endif
