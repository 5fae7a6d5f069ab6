#pragma once

#include <fastxx/low/io/json.hpp>
#include <fastxx/low/io/safetensors_header.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

// What a hostile file makes us quote must not fill the screen.
inline std::string brief(std::string text) {
  if (text.size() > 200) text.replace(200, std::string::npos, "...");
  return text;
}

FASTXX_INLINE void SafeTensorsProblem::fail(std::string_view key, ErrorText const& expected, ErrorText const& got,
                                            char const* fix) const {
  throw io_error(
      key, {.call = "load_safetensors",
            .expected = expected,
            .got = brief(got),
            .where = {path.string(), tensor.empty() ? "" : ", tensor '", brief(tensor), tensor.empty() ? "" : "'"},
            .fix = fix});
}

FASTXX_INLINE void SafeTensorsProblem::expect_first(bool first, std::string const& name) const {
  if (!first) fail("safetensors.header", "each name once", {"'", name, "' twice"});
}

// A JSON list of whole numbers from 0 to 2^63-1.
inline std::vector<std::int64_t> read_extents(JsonReader& json) {
  std::vector<std::int64_t> numbers;
  json.open('[');
  while (json.more(']')) {
    if (json.peek() == '-') json.fail("a whole number from 0");
    numbers.push_back(json.integer());
  }
  return numbers;
}

FASTXX_INLINE SafeTensorsType safetensors_type(std::string const& name, SafeTensorsProblem const& problem) {
  std::string known;
  for (auto const& type : safetensors_types) {
    if (type.name == name) return type;
    known.append(known.empty() ? "" : " ").append(type.name);
  }
  problem.fail("safetensors.dtype", {"a dtype out of ", known}, {"'", name, "'"},
               "convert the tensor before saving it");
}

// Bytes of a shape; a product that overflows is refused.
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

// Compares what the entry says with itself and with the size of the file.
inline void check_entry(SafeTensorsEntry const& entry, SafeTensorsProblem const& problem, std::uint64_t data_bytes) {
  if (entry.end > data_bytes)
    problem.fail("safetensors.truncated", {"data up to byte ", entry.end},
                 {"a file with ", data_bytes, " bytes of data"});
  std::uint64_t const bytes = safetensors_bytes(entry, problem);
  if (entry.end - entry.begin != bytes)
    problem.fail("safetensors.offsets", {bytes, " bytes by shape and dtype"},
                 {entry.end - entry.begin, " by data_offsets"});
}

inline void read_metadata(JsonReader& json, SafeTensorsProblem const& problem,
                          std::map<std::string, std::string>& metadata) {
  json.open('{');
  while (json.more('}')) {
    std::string const key = json.key();
    problem.expect_first(metadata.try_emplace(key, json.text()).second, key);
  }
}

inline SafeTensorsEntry read_entry(JsonReader& json, std::string const& name, SafeTensorsProblem const& problem) {
  SafeTensorsEntry entry{name, {}, {}, 0, 0};
  bool has_dtype = false, has_shape = false, has_offsets = false;
  json.open('{');
  while (json.more('}')) {
    std::string const field = json.key();
    bool& has = field == "dtype" ? has_dtype : field == "shape" ? has_shape : has_offsets;
    if (&has == &has_offsets && field != "data_offsets") json.fail("dtype, shape and data_offsets and nothing else");
    problem.expect_first(!std::exchange(has, true), field);
    if (&has == &has_dtype) {
      entry.type = safetensors_type(json.text(), problem);
    } else if (&has == &has_shape) {
      entry.shape = read_extents(json);
    } else {
      auto const offsets = read_extents(json);
      if (offsets.size() != 2 || offsets[0] > offsets[1])
        problem.fail("safetensors.offsets", "data_offsets as [begin, end]", "others");
      entry.begin = static_cast<std::uint64_t>(offsets[0]);
      entry.end = static_cast<std::uint64_t>(offsets[1]);
    }
  }
  if (!(has_dtype && has_shape && has_offsets)) json.fail("dtype, shape and data_offsets");
  return entry;
}

FASTXX_INLINE std::vector<SafeTensorsEntry const*> in_file_order(std::vector<SafeTensorsEntry> const& entries,
                                                                 SafeTensorsProblem problem, std::uint64_t data_bytes) {
  std::vector<SafeTensorsEntry const*> sorted;
  for (auto const& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](SafeTensorsEntry const* a, SafeTensorsEntry const* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  std::uint64_t position = 0;
  for (SafeTensorsEntry const* entry : sorted) {
    problem.tensor = entry->name;
    if (entry->begin != position)
      problem.fail("safetensors.offsets", {"data from byte ", position},
                   {entry->begin, entry->begin < position ? " (an overlap)" : " (a gap)"});
    position = entry->end;
  }
  problem.tensor.clear();
  if (position != data_bytes)
    problem.fail("safetensors.offsets", {position, " bytes of data by the header"}, {data_bytes, " in the file"});
  return sorted;
}

FASTXX_INLINE std::vector<SafeTensorsEntry> parse_safetensors_header(std::string_view text, SafeTensorsProblem problem,
                                                                     std::uint64_t data_bytes, SafeTensors& content) {
  if (!text.starts_with('{')) problem.fail("safetensors.header", "JSON that begins with '{'", "other bytes");
  std::vector<SafeTensorsEntry> entries;
  bool has_metadata = false;
  JsonReader json(text);
  try {
    json.open('{');
    while (json.more('}')) {
      std::string const name = json.key();
      if (name == "__metadata__") {
        problem.expect_first(!std::exchange(has_metadata, true), name);
        read_metadata(json, problem, content.metadata);
      } else {
        problem.expect_first(content.tensors.try_emplace(name).second, name);
        problem.tensor = name;
        entries.push_back(read_entry(json, name, problem));
        check_entry(entries.back(), problem, data_bytes);
        problem.tensor.clear();
      }
    }
    json.end();
  } catch (JsonError const& error) {
    problem.fail("safetensors.header", error.what(), {"something else at byte ", error.byte});
  }
  return entries;
}

}  // namespace fastxx::detail
