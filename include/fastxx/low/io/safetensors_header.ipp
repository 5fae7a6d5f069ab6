#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/json.hpp>
#include <fastxx/low/io/safetensors_header.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void SafeTensorsProblem::fail(std::string_view key, ErrorText const& expected, ErrorText const& got,
                                            char const* fix) const {
  throw io_error(key,
                 {.call = "load_safetensors", .expected = expected, .got = brief(got), .where = where(), .fix = fix});
}

FASTXX_INLINE std::string SafeTensorsProblem::where() const {
  return tensor.empty() ? path.string() : join({path.string(), ", tensor '", brief(tensor), "'"});
}

FASTXX_INLINE void SafeTensorsProblem::refuse_memory(std::uint64_t bytes) const {
  detail::refuse_memory("safetensors.memory", "load_safetensors", where(), bytes);
}

FASTXX_INLINE void SafeTensorsProblem::expect_first(bool first, std::string const& name) const {
  if (!first) fail("safetensors.header", "each name once", {"'", name, "' twice"});
}

// A JSON list of whole numbers from 0 to 2^63-1. No more than `most` of them, since two bytes of text would be eight here.
inline std::vector<std::int64_t> read_extents(JsonReader& json, std::size_t most) {
  std::vector<std::int64_t> numbers;
  json.open('[');
  while (json.more(']')) {
    if (numbers.size() == most) json.fail("a shorter list of numbers");
    if (json.peek() == '-') json.fail("a whole number from 0");
    numbers.push_back(json.integer());
  }
  return numbers;
}

FASTXX_INLINE void refuse_safetensors_type(std::string const& dtype, SafeTensorsProblem const& problem) {
  std::string known;
  for (auto const& type : safetensors_types) known.append(known.empty() ? "" : " ").append(type.name);
  problem.fail("safetensors.dtype", {"a dtype out of ", known}, {"'", dtype, "'"},
               "convert the tensor before saving it, or read the others by name with SafeTensorsReader");
}

inline SafeTensorsType safetensors_type(std::string const& dtype) {
  for (auto const& type : safetensors_types)
    if (type.name == dtype) return type;
  for (auto const& type : foreign_safetensors_types)
    if (type.name == dtype) return type;
  return {"", at::ScalarType::Undefined, 0};
}

// Bytes of a shape; a product that overflows is refused.
inline std::uint64_t safetensors_bytes(SafeTensorsEntry const& entry, SafeTensorsProblem const& problem) {
  std::uint64_t bytes = entry.type.bytes;
  std::uint64_t bound = bytes;  // as if empty dimensions had one entry: libtorch's strides must fit too
  for (std::int64_t const extent : entry.info.shape) {
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
  if (entry.type.bytes == 0) return;
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
  SafeTensorsEntry entry{name, {}, safetensors_type(""), 0, 0};
  bool has_dtype = false, has_shape = false, has_offsets = false;
  json.open('{');
  while (json.more('}')) {
    std::string const field = json.key();
    bool& has = field == "dtype" ? has_dtype : field == "shape" ? has_shape : has_offsets;
    if (&has == &has_offsets && field != "data_offsets") json.fail("dtype, shape and data_offsets and nothing else");
    problem.expect_first(!std::exchange(has, true), field);
    if (&has == &has_dtype) {
      entry.info.dtype = json.text();
      entry.type = safetensors_type(entry.info.dtype);
      entry.info.readable = entry.type.dtype != at::ScalarType::Undefined;
    } else if (&has == &has_shape) {
      entry.info.shape = read_extents(json, safetensors_most_dimensions);
    } else {
      auto const offsets = read_extents(json, 2);
      if (offsets.size() != 2 || offsets[0] > offsets[1])
        problem.fail("safetensors.offsets", "data_offsets as [begin, end]", "others");
      entry.begin = static_cast<std::uint64_t>(offsets[0]);
      entry.end = static_cast<std::uint64_t>(offsets[1]);
    }
  }
  if (!(has_dtype && has_shape && has_offsets)) json.fail("dtype, shape and data_offsets");
  return entry;
}

FASTXX_INLINE std::vector<SafeTensorsEntry const*> in_file_order(SafeTensorsEntries const& entries,
                                                                 SafeTensorsProblem problem, std::uint64_t data_bytes) {
  std::vector<SafeTensorsEntry const*> sorted;
  for (auto const& [name, entry] : entries) sorted.push_back(&entry);
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

FASTXX_INLINE SafeTensorsEntries parse_safetensors_header(std::string_view text, SafeTensorsProblem problem,
                                                          std::uint64_t data_bytes,
                                                          std::map<std::string, std::string>& metadata) {
  if (!text.starts_with('{')) problem.fail("safetensors.header", "JSON that begins with '{'", "other bytes");
  SafeTensorsEntries entries;
  bool has_metadata = false;
  JsonReader json(text);
  try {
    json.open('{');
    while (json.more('}')) {
      std::string const name = json.key();
      if (name == "__metadata__") {
        problem.expect_first(!std::exchange(has_metadata, true), name);
        read_metadata(json, problem, metadata);
      } else {
        problem.expect_first(!entries.contains(name), name);
        problem.tensor = name;
        auto const& entry = entries.emplace(name, read_entry(json, name, problem)).first->second;
        check_entry(entry, problem, data_bytes);
        problem.tensor.clear();
      }
    }
    json.end();
  } catch (JsonError const& error) {
    problem.fail("safetensors.header", error.what(), {"something else at byte ", error.byte});
  } catch (std::bad_alloc const&) {
    entries.clear(), metadata.clear();
    problem.refuse_memory(text.size());
  }
  return entries;
}

}  // namespace fastxx::detail
