#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <libdeflate.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void put_tensors(SafeTensors& file, std::string const& prefix,
                               std::map<std::string, Tensor> const& tensors) {
  for (auto const& [name, tensor] : tensors) file.tensors[prefix + name] = tensor;
}

FASTXX_INLINE std::map<std::string, Tensor> tensors_under(SafeTensors const& file, std::string const& prefix) {
  std::map<std::string, Tensor> found;
  for (auto it = file.tensors.lower_bound(prefix); it != file.tensors.end() && it->first.starts_with(prefix); ++it)
    found.emplace(it->first.substr(prefix.size()), it->second);
  return found;
}

FASTXX_INLINE SafeTensorsType safetensors_type(std::string const& name, Tensor const& tensor) {
  ErrorText got = "no tensor";
  if (tensor.defined()) {
    for (auto const& type : safetensors_types)
      if (type.dtype == tensor.scalar_type() && tensor.layout() == at::kStrided) return type;
    got = {at::toString(tensor.scalar_type()), tensor.layout() == at::kStrided ? "" : ", not dense"};
  }
  throw tensor_error("safetensors.dtype", {.call = "save_safetensors",
                                           .expected = "a dense tensor of a real number type or bool",
                                           .got = got,
                                           .where = {"tensor '", name, "'"},
                                           .fix = "convert it with .to(...) or leave it out"});
}

// Calls f(entry) in the order of the data: wide types first, so that every tensor is aligned.
template <class Entries, class Function>
void in_data_order(Entries& entries, Function const& f) {
  for (std::uint64_t const bytes : {8, 4, 2, 1})
    for (auto& entry : entries)
      if (entry.type.bytes == bytes) f(entry);
}

inline void require_dimensions(std::string const& name, Tensor const& tensor) {
  if (tensor.dim() <= static_cast<std::int64_t>(safetensors_most_dimensions)) return;
  throw tensor_error("safetensors.shape", {.call = "save_safetensors",
                                           .expected = {"at most ", safetensors_most_dimensions, " dimensions"},
                                           .got = {tensor.dim()},
                                           .where = {"tensor '", name, "'"},
                                           .fix = "flatten it or leave it out"});
}

inline std::vector<SafeTensorsEntry> safetensors_layout(SafeTensors const& content) {
  std::vector<SafeTensorsEntry> entries;
  for (auto const& [name, tensor] : content.tensors) {
    auto const type = safetensors_type(name, tensor);  // g++ 12 destroys twice what stands before a throw in a list
    require_dimensions(name, tensor);
    entries.push_back({name, {.shape = tensor.sizes().vec()}, type, 0, 0});
  }
  std::uint64_t position = 0;
  in_data_order(entries, [&](SafeTensorsEntry& entry) {
    entry.begin = position;
    position += static_cast<std::uint64_t>(content.tensors.at(entry.name).numel()) * entry.type.bytes;
    entry.end = position;
  });
  return entries;
}

inline void write_metadata(JsonWriter& to, std::map<std::string, std::string> const& metadata) {
  to.text("__metadata__");
  to.json += ":{";
  for (auto const& [key, value] : metadata) {
    to.text(key);
    to.json += ':';
    to.text(value);
    to.json += ',';
  }
  to.close('}');
  to.json += ',';
}

inline void write_entry(JsonWriter& to, SafeTensorsEntry const& entry) {
  to.text(entry.name);
  to.json += ":{\"data_offsets\":[";
  to.natural(entry.begin);
  to.json += ',';
  to.natural(entry.end);
  to.json.append("],\"dtype\":\"").append(entry.type.name).append("\",\"shape\":[");
  for (std::int64_t const extent : entry.info.shape) {
    to.integer(extent);
    to.json += ',';
  }
  to.close(']');
  to.json += "},";
}

FASTXX_INLINE std::string safetensors_header(SafeTensors const& content, std::vector<SafeTensorsEntry> const& entries) {
  auto refuse = [](char const* got, char const* fix) {
    throw data_error("safetensors.header", {.call = "save_safetensors", .got = got, .fix = fix});
  };
  JsonWriter to{.json = "{"};
  if (!content.metadata.empty()) write_metadata(to, content.metadata);
  for (auto const& entry : entries) {
    if (entry.name == "__metadata__") refuse("a tensor named __metadata__", "choose another name");
    write_entry(to, entry);
  }
  to.close('}');
  if (!to.valid) refuse("a name or a word of the metadata that is not UTF-8", "use UTF-8");
  std::string& text = to.json;
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > safetensors_header_limit) refuse("names and words of more than 100 MB", "store less of them");
  std::uint64_t const length = text.size();
  return std::string(reinterpret_cast<char const*>(&length), sizeof length) + text;
}

// Calls write(bytes, size) for the data of each tensor, in their order.
template <class Write>
void each_data(SafeTensors const& content, std::vector<SafeTensorsEntry> const& entries, Write const& write) {
  in_data_order(entries, [&](SafeTensorsEntry const& entry) {
    Tensor const dense = content.tensors.at(entry.name).detach().cpu().resolve_neg().contiguous();
    write(dense.data_ptr(), static_cast<std::size_t>(entry.end - entry.begin));
  });
}

class Checksum {
 public:
  void add(void const* bytes, std::size_t size) {
    if (size > 0) sum_ = ::libdeflate_crc32(sum_, bytes, size);  // which takes null for a wish to begin anew
  }
  std::string text() const {
    char digits[8];
    std::string const text(digits, std::to_chars(digits, digits + sizeof digits, sum_, 16).ptr);
    return std::string(sizeof digits - text.size(), '0') + text;
  }

 private:
  std::uint32_t sum_ = 0;
};

FASTXX_INLINE std::string safetensors_checksum(SafeTensors const& content) {
  auto const entries = safetensors_layout(content);
  std::string const header = safetensors_header(content, entries);
  Checksum sum;
  sum.add(header.data(), header.size());
  each_data(content, entries, [&sum](void const* bytes, std::size_t size) { sum.add(bytes, size); });
  return sum.text();
}

FASTXX_INLINE void save_safetensors_checked(std::filesystem::path const& path, SafeTensors content,
                                            std::string const& word, std::function<void()> const& before_replacing) {
  auto const entries = safetensors_layout(content);
  content.metadata.erase(word);
  std::string const without = safetensors_header(content, entries);
  Checksum sum;
  sum.add(without.data(), without.size());
  content.metadata[word] = sum.text();  // as long as the one that is to stand there
  std::string const header = safetensors_header(content, entries), before = "\"" + word + "\":\"";
  auto const place = header.find(before) + before.size();  // a quote inside a text has a backslash before it
  write_file_atomically(
      path,
      [&](FileWriter& writer) {
        writer.write(header);
        each_data(content, entries, [&](void const* bytes, std::size_t size) {
          sum.add(bytes, size);
          writer.write(bytes, size);
        });
        writer.rewrite(place, sum.text());
      },
      before_replacing);
}

// Read length and JSON; the number of bytes behind them goes to `data_bytes`.
inline std::string read_safetensors_header(FileHandle const& file, SafeTensorsProblem const& problem,
                                           std::uint64_t& data_bytes) {
  auto read = [&](char* bytes, std::size_t size) {
    std::ptrdiff_t const n = read_fully(file.get(), bytes, size);
    if (n < 0) throw_file_error("safetensors.open", "load_safetensors", problem.path, errno);
    if (static_cast<std::size_t>(n) < size)
      problem.fail("safetensors.truncated", {"a header of ", size, " bytes"}, {n});
  };
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_file_error("safetensors.open", "load_safetensors", problem.path, errno);
  std::uint64_t length = 0;
  read(reinterpret_cast<char*>(&length), sizeof length);
  if (status.st_size == 0) refuse_unknown_size("safetensors.open", "load_safetensors", problem.path);
  auto const size = static_cast<std::uint64_t>(status.st_size);
  std::uint64_t const after = size - std::min<std::uint64_t>(size, sizeof length);  // a file may grow under our eyes
  constexpr std::uint64_t zip_file = 0x04034b50;                                    // "PK\3\4"
  if ((length & 0xffffffff) == zip_file)
    problem.fail("safetensors.header", "a safetensors file", "a zip file, as Python's torch.save writes",
                 "read it with load_torch_tensors(path)");
  if (length > safetensors_header_limit)
    problem.fail("safetensors.header", "a header of at most 100000000 bytes", {length}, "name a safetensors file");
  if (length > after) problem.fail("safetensors.truncated", {"a header of ", length, " bytes"}, {after});
  std::string text(length, '\0');
  read(text.data(), text.size());
  data_bytes = after - length;
  return text;
}

inline Tensor safetensor_memory(SafeTensorsEntry const& entry, SafeTensorsProblem const& problem) {
  try {
    return detail::empty_cpu(entry.info.shape, entry.type.dtype);
  } catch (std::exception const&) {  // libtorch's, or that of a machine without any left
    problem.refuse_memory(entry.end - entry.begin);
  }
}

inline Tensor read_safetensor(FileHandle const& file, SafeTensorsEntry const& entry, std::uint64_t data_begin,
                              SafeTensorsProblem const& problem) {
  if (!entry.info.readable) refuse_safetensors_type(entry.info.dtype, problem);
  Tensor tensor = safetensor_memory(entry, problem);
  std::uint64_t const bytes = entry.end - entry.begin;
  auto* data = static_cast<char*>(tensor.data_ptr());
  std::ptrdiff_t const n = read_fully_at(file.get(), data, bytes, data_begin + entry.begin);
  if (n < 0) throw_file_error("safetensors.open", "load_safetensors", problem.path, errno);
  if (static_cast<std::uint64_t>(n) < bytes) problem.fail("safetensors.truncated", {bytes, " bytes"}, {n});
  bool const is_bool = entry.type.dtype == at::kBool;
  if (is_bool && std::any_of(data, data + bytes, [](unsigned char byte) { return byte > 1; }))
    problem.fail("safetensors.bool", "bytes 0 and 1", "others");  // any other value in a bool is undefined behaviour
  return tensor;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void save_safetensors(std::filesystem::path const& path, SafeTensors const& content) {
  auto const entries = detail::safetensors_layout(content);
  std::string const header = detail::safetensors_header(content, entries);
  write_file_atomically(path, [&](FileWriter& writer) {
    writer.write(header);
    detail::each_data(content, entries, [&writer](void const* bytes, std::size_t size) { writer.write(bytes, size); });
  });
}

FASTXX_INLINE SafeTensorsReader::SafeTensorsReader(std::filesystem::path path)
    : path_(std::move(path)), file_(detail::open_to_read("safetensors.open", "load_safetensors", path_)) {
  detail::SafeTensorsProblem const problem{path_};
  std::uint64_t data_bytes = 0;
  std::string const header = detail::read_safetensors_header(file_, problem, data_bytes);
  data_begin_ = sizeof(std::uint64_t) + header.size();
  entries_ = detail::parse_safetensors_header(header, problem, data_bytes, metadata_);
  for (auto const* entry : detail::in_file_order(entries_, problem, data_bytes)) names_.push_back(entry->name);
}

FASTXX_INLINE detail::SafeTensorsEntry const& SafeTensorsReader::entry(std::string const& name) const {
  auto const found = entries_.find(name);
  if (found == entries_.end())
    detail::SafeTensorsProblem{path_, name}.fail("safetensors.name", "the name of a tensor in the file",
                                                 {"one that is none of its ", names_.size()}, "choose out of names()");
  return found->second;
}

FASTXX_INLINE Tensor SafeTensorsReader::tensor(std::string const& name) const {
  return detail::read_safetensor(file_, entry(name), data_begin_, {path_, name});
}

FASTXX_INLINE SafeTensors load_safetensors(std::filesystem::path const& path) {
  SafeTensorsReader reader(path);
  SafeTensors content;
  for (auto const& name : reader.names()) content.tensors[name] = reader.tensor(name);
  content.metadata = std::move(reader).metadata();
  return content;
}

}  // namespace fastxx
