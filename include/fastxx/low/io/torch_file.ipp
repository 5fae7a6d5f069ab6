#pragma once

#include <fastxx/low/io/detail/pickle.hpp>
#include <fastxx/low/io/detail/zip_file.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/torch_file.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <libdeflate.h>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace fastxx::detail {

inline constexpr std::string_view zip_magic("PK\3\4", 4);
// The magic number of files before PyTorch 1.6, as a pickle.
inline constexpr std::string_view legacy_magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);

inline std::string first_bytes(std::filesystem::path const& path) {
  FileHandle const file(open_to_read("torch_file.open", "load_torch", path));
  std::string begin(legacy_magic.size(), '\0');
  std::ptrdiff_t const n = read_fully(file.get(), begin.data(), begin.size());
  if (n < 0) throw_file_error("torch_file.open", "load_torch", path, errno);
  begin.resize(static_cast<std::size_t>(n));
  return begin;
}

FASTXX_INLINE bool is_torch_file(std::filesystem::path const& path) {
  try {
    std::string const begin = first_bytes(path);
    return begin.starts_with(zip_magic) || begin == legacy_magic;
  } catch (io_error const&) {
    return false;
  }
}

// The memory of all storages of a file: no more than the file has.
class TorchMemory {
 public:
  TorchMemory(TorchFileProblem const& problem, std::uint64_t most) : problem_(problem), most_(most) {}

  // `fill(key, bytes, size)` is called for a storage that is asked for the first time.
  template <class Fill>
  Tensor of(TorchStorage const& storage, Fill const& fill) {
    if (auto const found = all_.find(storage.key); found != all_.end()) {
      bool const same = found->second.scalar_type() == storage.dtype &&
                        static_cast<std::uint64_t>(found->second.numel()) == storage.numel;
      if (!same) problem_.fail("storage", "a storage of one type and size", "another the second time", where(storage));
      return found->second;
    }
    std::uint64_t const each = c10::elementSize(storage.dtype);
    if (storage.numel > (most_ - used_) / each)
      problem_.fail("storage", {storage.numel, " elements of ", each, " bytes"},
                    {most_, " bytes in the file for all storages"}, where(storage));
    used_ += storage.numel * each;
    Tensor made;
    try {
      made = detail::empty_cpu({static_cast<std::int64_t>(storage.numel)}, storage.dtype);
    } catch (std::exception const&) {  // libtorch's, or that of a machine without any left
      refuse_memory("torch_file.memory", "load_torch", problem_.path.string(), storage.numel * each);
    }
    fill(storage.key, static_cast<char*>(made.data_ptr()), storage.numel * each);
    all_.emplace(storage.key, made);
    return made;
  }

  std::map<std::string, Tensor> const& all() const { return all_; }

  // Any other value in a bool is undefined behaviour.
  void check_bools() const {
    for (auto const& [key, tensor] : all_) {
      if (tensor.scalar_type() != at::kBool) continue;
      auto const* bytes = static_cast<unsigned char const*>(tensor.data_ptr());
      if (std::any_of(bytes, bytes + tensor.numel(), [](unsigned char byte) { return byte > 1; }))
        problem_.fail("storage", "bytes 0 and 1 in a storage of bools", "others", {"storage '", brief(key), "'"});
    }
  }

 private:
  static ErrorText where(TorchStorage const& storage) { return {"storage '", brief(storage.key), "'"}; }

  TorchFileProblem const& problem_;
  std::uint64_t most_, used_ = 0;
  std::map<std::string, Tensor> all_;
};

// A zip file: NAME/data.pkl, and NAME/data/KEY for each storage.
inline TorchValue load_torch_zip(TorchFileProblem const& problem) {
  ZipFile const zip(problem);
  constexpr std::string_view pickle_name = "/data.pkl";
  std::string folder;
  std::uint64_t bytes = 0;
  for (auto const& [name, member] : zip.members()) {
    bytes += member.stored ? member.size : 0;
    if (name.ends_with(pickle_name) && name.find('/') == name.size() - pickle_name.size())
      folder = name.substr(0, name.size() - pickle_name.size() + 1);
    if (name.ends_with("/constants.pkl"))
      problem.fail("format", "tensors in a file of torch.save", "a TorchScript model, which is code", {},
                   "save model.state_dict() in Python");
  }
  if (folder.empty()) problem.fail("format", "a file of torch.save", "a zip file of something else");
  if (zip.members().contains(folder + "byteorder") && zip.read(folder + "byteorder") != "little")
    problem.fail("format", "numbers of a little-endian machine", "others");
  TorchMemory memory(problem, bytes);
  auto const fill = [&](std::string const& key, char* to, std::uint64_t size) {
    std::string const name = folder + "data/" + key;
    if (zip.member(name).size != size)
      problem.fail("storage", {size, " bytes"}, {zip.member(name).size}, {"storage '", brief(key), "'"});
    zip.read(name, to);
  };
  std::string const pickle = zip.read(folder + "data.pkl");
  Unpickler machine(problem, [&](TorchStorage const& storage) { return memory.of(storage, fill); });
  std::size_t used = 0;
  TorchValue value = machine.run(pickle, used);
  memory.check_bools();
  return value;
}

// The numbers of a legacy file's storages, in the order of their keys, each behind its number of elements.
inline void fill_storages(TorchFileProblem const& problem, TorchMemory const& memory, TorchValue const& keys,
                          std::string_view bytes) {
  auto const* const list = keys.get_if<TorchValue::List>();
  if (!list) problem.fail("format", "the keys of the storages", "something else");
  std::map<std::string, bool> filled;
  for (auto const& one : *list) {
    auto const* const key = one.get_if<std::string>();
    auto const found = key ? memory.all().find(*key) : memory.all().end();
    if (found == memory.all().end() || filled[*key])
      problem.fail("storage", "the key of a storage, each once", "another one");
    Tensor const& tensor = found->second;
    std::uint64_t const size = tensor.nbytes();
    ErrorText const where{"storage '", brief(*key), "'"};
    if (bytes.size() < 8 || number_at<std::uint64_t>(bytes, 0) != static_cast<std::uint64_t>(tensor.numel()))
      problem.fail("storage", {tensor.numel(), " elements"}, "another number", where);
    bytes.remove_prefix(8);
    if (bytes.size() < size) problem.fail("truncated", {size, " bytes"}, {bytes.size()}, where);
    if (size > 0) std::memcpy(tensor.data_ptr(), bytes.data(), size);
    bytes.remove_prefix(size);
    filled[*key] = true;
  }
  for (auto const& [key, tensor] : memory.all())
    if (!filled[key] && tensor.numel() > 0)
      problem.fail("storage", {"the numbers of storage '", brief(key), "'"}, "none");
}

// Before PyTorch 1.6: pickles one behind the other (a magic number, a version, the machine, the value, the keys of the
// storages), then the storages.
inline TorchValue load_torch_legacy(TorchFileProblem const& problem, std::string const& bytes) {
  TorchMemory memory(problem, bytes.size());
  auto const later = [](std::string const&, char* to, std::uint64_t size) { std::fill_n(to, size, 0); };
  Unpickler machine(problem, [&](TorchStorage const& storage) { return memory.of(storage, later); });
  std::string_view rest = bytes;
  auto const next = [&] {
    std::size_t used = 0;
    TorchValue value = machine.run(rest, used);
    rest.remove_prefix(used);
    return value;
  };
  next(), next();
  TorchValue const system = next();
  auto const* const little = system.find("little_endian");
  if (little && little->get_if<bool>() && !*little->get_if<bool>())
    problem.fail("format", "numbers of a little-endian machine", "others");
  TorchValue value = next();
  TorchValue const keys = next();
  fill_storages(problem, memory, keys, rest);
  memory.check_bools();
  return value;
}

inline std::string value_text(TorchValue const& value) {
  if (auto const* object = value.get_if<TorchValue::Object>()) return "an object of class " + brief(object->name);
  if (value.get_if<Tensor>()) return "a single tensor";
  if (value.get_if<TorchValue::List>()) return "a list";
  auto const* const dict = value.get_if<TorchValue::Dict>();
  if (!dict) return "a number, a text or None";
  std::string names;
  for (auto const& [key, item] : *dict)
    if (auto const* name = key.get_if<std::string>(); name && names.size() < 100)
      names += (names.empty() ? "" : ", ") + brief(*name);
  return "a dictionary with " + (names.empty() ? std::string("no names") : names);
}

// The tensors of a dictionary, if all that it has are tensors.
inline bool take_tensors(TorchValue const& value, std::map<std::string, Tensor>& into) {
  auto const* const dict = value.get_if<TorchValue::Dict>();
  if (!dict) return false;
  for (auto const& [key, item] : *dict) {
    auto const* const name = key.get_if<std::string>();
    auto const* const tensor = item.get_if<Tensor>();
    if (!name || !tensor) return false;
    into[*name] = *tensor;
  }
  return true;
}

// A zip file as torch.save writes it, member by member: each begins at a multiple of 64 bytes. Where a size or a place
// reaches `limit`, the old fields of 32 bits are all ones, and those of zip64 have the numbers.
class TorchZipWriter {
 public:
  TorchZipWriter(FileWriter& to, std::uint64_t limit) : to_(to), limit_(limit) {}

  void add(std::string const& name, void const* bytes, std::uint64_t size) {
    constexpr std::uint64_t alignment = 64, header_size = 30;
    bool const wide = std::max(size, at_) >= limit_;
    std::string const fixed = std::string(10, '\0')  // version, flags, stored; no time: equal content, equal bytes
                              + number(::libdeflate_crc32(0, bytes, size)) + narrow(size, wide) + narrow(size, wide) +
                              number(static_cast<std::uint16_t>(name.size()));
    std::string const sizes = wide ? extra(1, number(size) + number(size)) : "";
    std::string const all = wide ? extra(1, number(size) + number(size) + number(at_)) : "";
    std::uint64_t const begin = at_ + header_size + name.size() + sizes.size() + 4;
    std::string const padded =
        sizes + extra('B' << 8 | 'F', std::string((alignment - begin % alignment) % alignment, 'Z'));
    table_ +=
        "PK\1\2" + std::string(2, '\0') + fixed + length(all) + std::string(10, '\0') + narrow(at_, wide) + name + all;
    ++count_;
    write("PK\3\4" + fixed + length(padded) + name + padded);
    to_.write(bytes, size);
    at_ += size;
  }
  void finish() {
    std::uint64_t const begin = at_, size = table_.size();
    bool const wide = std::max(begin, size) >= limit_ || count_ >= 0xffff;
    std::string end;
    if (wide) {
      end = std::string("PK\6\6", 4) + number(std::uint64_t{44}) + std::string(12, '\0') + number(count_) +
            number(count_) + number(size) + number(begin);
      end += std::string("PK\6\7", 4) + std::string(4, '\0') + number(begin + size) + number(std::uint32_t{1});
    }
    std::string const count = number(static_cast<std::uint16_t>(wide ? 0xffff : count_));
    end += std::string("PK\5\6\0\0\0\0", 8) + count + count + narrow(size, wide) + narrow(begin, wide) +
           std::string(2, '\0');
    write(table_ + end);
  }

 private:
  template <class Number>
  static std::string number(Number value) {
    return {reinterpret_cast<char const*>(&value), sizeof value};
  }
  static std::string narrow(std::uint64_t value, bool wide) {
    return number(wide ? std::uint32_t{0xffffffff} : static_cast<std::uint32_t>(value));
  }
  static std::string length(std::string const& bytes) { return number(static_cast<std::uint16_t>(bytes.size())); }
  static std::string extra(int id, std::string const& bytes) {
    return number(static_cast<std::uint16_t>(id)) + length(bytes) + bytes;
  }
  void write(std::string const& bytes) {
    to_.write(bytes);
    at_ += bytes.size();
  }

  FileWriter& to_;
  std::uint64_t limit_, at_ = 0, count_ = 0;
  std::string table_;
};

// A pickle of protocol 2.
struct PickleWriter {
  std::string bytes{"\x80\x02"};

  void global(char const* module, char const* name) { bytes += std::string("c") + module + "\n" + name + "\n"; }
  void text(std::string const& value) {
    auto const size = static_cast<std::uint32_t>(value.size());
    bytes += 'X';
    bytes.append(reinterpret_cast<char const*>(&size), sizeof size).append(value);
  }
  void integer(std::int64_t value) {
    bytes += std::string("\x8a\x08");
    bytes.append(reinterpret_cast<char const*>(&value), sizeof value);
  }
  void integers(at::IntArrayRef values) {
    bytes += '(';
    for (auto const value : values) integer(value);
    bytes += 't';
  }
  void ordered_dict() {
    global("collections", "OrderedDict");
    bytes += ")R";
  }
  void tensor(Tensor const& dense, std::string const& key) {
    global("torch._utils", "_rebuild_tensor_v2");
    bytes += "((";
    text("storage");
    global("torch", std::string(storage_name(dense.scalar_type())).c_str());
    text(key);
    text("cpu");
    integer(dense.numel());
    bytes += "tQ";
    integer(0);
    integers(dense.sizes());
    integers(dense.strides());
    bytes += '\x89';
    ordered_dict();
    bytes += "tR";
  }
};

inline Tensor dense_for_torch(std::string const& name, Tensor const& tensor) {
  ErrorText got = "no tensor";
  if (tensor.defined()) {
    if (tensor.layout() == at::kStrided && !storage_name(tensor.scalar_type()).empty())
      return tensor.detach().cpu().resolve_conj().resolve_neg().contiguous();
    got = {at::toString(tensor.scalar_type()), tensor.layout() == at::kStrided ? "" : ", not dense"};
  }
  throw tensor_error("torch_file.dtype", {.call = "save_torch",
                                          .expected = "a dense tensor of numbers or bools",
                                          .got = got,
                                          .where = {"tensor '", name, "'"},
                                          .fix = "convert it with .to(...) or leave it out"});
}

FASTXX_INLINE void save_torch_zip(std::filesystem::path const& path, std::map<std::string, Tensor> const& tensors,
                                  std::uint64_t limit) {
  PickleWriter pickle;
  pickle.ordered_dict();
  pickle.bytes += '(';
  std::vector<Tensor> dense;
  for (auto const& [name, tensor] : tensors) {
    Tensor const one = dense_for_torch(name, tensor);
    pickle.text(name);
    pickle.tensor(one, std::to_string(dense.size()));
    dense.push_back(one);
  }
  pickle.bytes += "u.";
  write_file_atomically(path, [&](FileWriter& writer) {
    TorchZipWriter zip(writer, limit);
    zip.add("archive/data.pkl", pickle.bytes.data(), pickle.bytes.size());
    zip.add("archive/byteorder", "little", 6);
    for (std::size_t i = 0; i < dense.size(); ++i)
      zip.add("archive/data/" + std::to_string(i), dense[i].data_ptr(), dense[i].nbytes());
    zip.add("archive/version", "3\n", 2);
    zip.finish();
  });
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE TorchValue load_torch(std::filesystem::path const& path) {
  detail::TorchFileProblem const problem{path};
  std::string const first = detail::first_bytes(path);
  try {
    if (first.starts_with(detail::zip_magic)) return detail::load_torch_zip(problem);
    if (first == detail::legacy_magic) return detail::load_torch_legacy(problem, read_file(path));
  } catch (std::bad_alloc const&) {
    std::error_code ignored;
    detail::refuse_memory("torch_file.memory", "load_torch", path.string(), std::filesystem::file_size(path, ignored));
  }
  problem.fail("format", "a file of Python's torch.save", first.empty() ? "an empty file" : "something else", {},
               "safetensors are read by load_safetensors; a plain pickle or .tar file: save model.state_dict() again");
}

FASTXX_INLINE std::map<std::string, Tensor> load_torch_tensors(std::filesystem::path const& path) {
  TorchValue const value = load_torch(path);
  std::map<std::string, Tensor> tensors;
  if (detail::take_tensors(value, tensors)) return tensors;
  for (char const* name : {"model", "state_dict", "model_state_dict", "net"}) {
    tensors.clear();
    if (auto const* const inner = value.find(name); inner && detail::take_tensors(*inner, tensors)) return tensors;
  }
  bool const object = value.get_if<TorchValue::Object>() != nullptr;
  detail::TorchFileProblem{path}.fail(
      "no_tensors", "a state dict, or one under 'model' or 'state_dict'", detail::value_text(value), {},
      object ? "what was pickled whole is code: in Python save model.state_dict(), or learn.save('name')"
             : "look at load_torch(path)");
}

FASTXX_INLINE void save_torch(std::filesystem::path const& path, std::map<std::string, Tensor> const& tensors) {
  detail::save_torch_zip(path, tensors, 0xffffffff);
}

}  // namespace fastxx
