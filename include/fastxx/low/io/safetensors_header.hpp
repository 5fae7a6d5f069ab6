#pragma once
// The distrustful half of safetensors.hpp: from the header's text to a list of entries that are known to be right.

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace fastxx::detail {

inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;  // the reference implementation's limit

struct SafeTensorsType {
  std::string_view name;
  at::ScalarType dtype;
  std::uint64_t bytes;
};

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

/// One tensor as the header describes it.
struct SafeTensorsEntry {
  std::string name;
  SafeTensorsType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;
};

/// What a hostile file makes us quote must not fill the screen.
inline std::string brief(std::string text) {
  if (text.size() > 200) text.replace(200, std::string::npos, "...");
  return text;
}

/// Refuses with the path, and the tensor's name where there is one.
struct SafeTensorsProblem {
  std::filesystem::path const& path;
  std::string tensor = {};

  [[noreturn]] void fail(
      std::string_view key, std::string expected, std::string got,
      std::string fix = "the file is damaged or hostile; fetch it again from a source you trust") const {
    throw io_error(key, {.call = "load_safetensors",
                         .expected = std::move(expected),
                         .got = brief(std::move(got)),
                         .where = path.string() + (tensor.empty() ? "" : ", tensor '" + brief(tensor) + "'"),
                         .fix = std::move(fix)});
  }
};

/// Stops the parser at what a correct header never has, before it costs memory: a key twice, deep nesting.
class SafeTensorsGuard {
 public:
  explicit SafeTensorsGuard(SafeTensorsProblem const& problem) : problem_(&problem) {}

  bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > 3) problem_->fail("safetensors.header", "a header of at most 3 levels", "deeper nesting");
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second)
      problem_->fail("safetensors.header", "each name once", "'" + parsed.get<std::string>() + "' twice");
    return true;
  }

 private:
  SafeTensorsProblem const* problem_;
  std::vector<std::set<std::string>> keys_;
};

inline nlohmann::json parse_safetensors_header(std::string const& text, SafeTensorsProblem const& problem) {
  try {
    if (text.empty() || text.front() != '{')
      problem.fail("safetensors.header", "JSON that begins with '{'", "other bytes");
    // A reference, because the parser copies its callback.
    SafeTensorsGuard guard(problem);
    return nlohmann::json::parse(text, [&guard](int depth, nlohmann::json::parse_event_t event,
                                                nlohmann::json& parsed) { return guard(depth, event, parsed); });
  } catch (nlohmann::json::exception const& error) {
    problem.fail("safetensors.header", "a JSON header", error.what());
  }
}

/// A JSON list of whole numbers from 0 to 2^63-1.
inline std::vector<std::int64_t> unsigned_list(nlohmann::json const& object, char const* field,
                                               SafeTensorsProblem const& problem) {
  auto const found = object.find(field);
  if (found == object.end() || !found->is_array())
    problem.fail("safetensors.header", std::string("a list '") + field + "'",
                 found == object.end() ? "none" : "something else");
  std::vector<std::int64_t> numbers;
  for (auto const& number : *found) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
      problem.fail("safetensors.header", std::string("whole numbers from 0 in '") + field + "'", number.dump());
    numbers.push_back(number.get<std::int64_t>());
  }
  return numbers;
}

inline SafeTensorsType safetensors_type(nlohmann::json const& object, SafeTensorsProblem const& problem) {
  auto const found = object.find("dtype");
  if (found == object.end() || !found->is_string())
    problem.fail("safetensors.header", "a word 'dtype'", found == object.end() ? "none" : "something else");
  std::string known;
  for (auto const& type : safetensors_types) {
    if (type.name == found->get_ref<std::string const&>()) return type;
    known += (known.empty() ? "" : " ") + std::string(type.name);
  }
  problem.fail("safetensors.dtype", "a dtype out of " + known, found->dump(), "convert the tensor before saving it");
}

/// Bytes of a shape; a product that overflows is refused.
inline std::uint64_t safetensors_bytes(SafeTensorsEntry const& entry, SafeTensorsProblem const& problem) {
  std::uint64_t bytes = entry.type.bytes;
  std::uint64_t bound = bytes;  // as if empty dimensions had one entry: libtorch's strides must fit too
  for (std::int64_t const extent : entry.shape) {
    auto const factor = static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 1));
    if (bound > std::numeric_limits<std::int64_t>::max() / factor)
      problem.fail("safetensors.shape", "a shape that fits into memory", "one of more than 2^63 bytes");
    bound *= factor;
    bytes *= static_cast<std::uint64_t>(extent);
  }
  return bytes;
}

inline SafeTensorsEntry safetensors_entry(std::string const& name, nlohmann::json const& object,
                                          SafeTensorsProblem problem, std::uint64_t data_bytes) {
  problem.tensor = name;
  if (!object.is_object() || object.size() != 3)
    problem.fail("safetensors.header", "an object with dtype, shape and data_offsets", "something else");
  SafeTensorsEntry entry{name, safetensors_type(object, problem), unsigned_list(object, "shape", problem), 0, 0};
  auto const offsets = unsigned_list(object, "data_offsets", problem);
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    problem.fail("safetensors.offsets", "data_offsets as [begin, end]", object["data_offsets"].dump());
  entry.begin = static_cast<std::uint64_t>(offsets[0]);
  entry.end = static_cast<std::uint64_t>(offsets[1]);
  if (entry.end > data_bytes)
    problem.fail("safetensors.truncated", "data up to byte " + std::to_string(entry.end),
                 "a file with " + std::to_string(data_bytes) + " bytes of data");
  std::uint64_t const bytes = safetensors_bytes(entry, problem);
  if (entry.end - entry.begin != bytes)
    problem.fail("safetensors.offsets", std::to_string(bytes) + " bytes by shape and dtype",
                 std::to_string(entry.end - entry.begin) + " by data_offsets");
  return entry;
}

/// The data must be covered without gap or overlap, so that no byte can hide and none is read twice.
inline void check_coverage(std::vector<SafeTensorsEntry>& entries, SafeTensorsProblem problem,
                           std::uint64_t data_bytes) {
  std::sort(entries.begin(), entries.end(),
            [](auto const& a, auto const& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t position = 0;
  for (auto const& entry : entries) {
    problem.tensor = entry.name;
    if (entry.begin != position)
      problem.fail("safetensors.offsets", "data from byte " + std::to_string(position),
                   std::to_string(entry.begin) + (entry.begin < position ? " (an overlap)" : " (a gap)"));
    position = entry.end;
  }
  problem.tensor.clear();
  if (position != data_bytes)
    problem.fail("safetensors.offsets", std::to_string(position) + " bytes of data by the header",
                 std::to_string(data_bytes) + " in the file");
}

inline std::map<std::string, std::string> safetensors_metadata(nlohmann::json const& header,
                                                               SafeTensorsProblem const& problem) {
  std::map<std::string, std::string> metadata;
  auto const found = header.find("__metadata__");
  if (found == header.end()) return metadata;
  if (!found->is_object()) problem.fail("safetensors.header", "__metadata__ as an object of words", "something else");
  for (auto const& [key, value] : found->items()) {
    if (!value.is_string()) problem.fail("safetensors.header", "__metadata__ as an object of words", value.dump());
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

}  // namespace fastxx::detail
