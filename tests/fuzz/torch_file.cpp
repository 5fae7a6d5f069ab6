// load_torch and load_torch_tensors, whatever the file holds.
#include "fuzz.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/torch_file.hpp>

#include <filesystem>
#include <libdeflate.h>

using fastxx::TorchValue;

namespace {

// What the tensors of a value show to whoever reads them.
std::size_t look(TorchValue const& value) {
  std::size_t seen = 1;
  if (auto const* tensor = value.get_if<at::Tensor>()) {
    if (tensor->numel() > 0 && tensor->numel() < 1'000'000) seen += static_cast<std::size_t>(tensor->sum().dim());
  } else if (auto const* list = value.get_if<TorchValue::List>()) {
    for (auto const& item : *list) seen += look(item);
  } else if (auto const* dict = value.get_if<TorchValue::Dict>()) {
    for (auto const& [key, item] : *dict) seen += look(key) + look(item);
  }
  return seen;
}

template <class Number>
Number number_in(std::string const& bytes, std::size_t place) {
  Number value = 0;
  std::memcpy(&value, bytes.data() + place, sizeof value);
  return value;
}

}  // namespace

std::vector<std::string> fuzz::corpus() {
  std::vector<std::string> all;
  auto const folder = std::filesystem::path(__FILE__).parent_path() / "../low/io/torch_files";
  for (char const* name : {"state.pth", "legacy.pth", "types.pth", "checkpoint.pth", "learner.pth", "whole.pth"})
    all.push_back(fastxx::read_file(folder / name));
  return all;
}

// The checksums of a zip file's members.
std::string fuzz::repaired(std::string input) {
  for (std::size_t entry = input.find("PK\1\2"); entry != std::string::npos; entry = input.find("PK\1\2", entry + 4)) {
    if (entry + 46 > input.size()) break;
    std::size_t const size = number_in<std::uint32_t>(input, entry + 24),
                      header = number_in<std::uint32_t>(input, entry + 42);
    if (header + 30 > input.size()) continue;
    std::size_t const data =
        header + 30 + number_in<std::uint16_t>(input, header + 26) + number_in<std::uint16_t>(input, header + 28);
    if (data > input.size() || size > input.size() - data) continue;
    std::uint32_t const crc = ::libdeflate_crc32(0, input.data() + data, size);
    std::memcpy(input.data() + entry + 16, &crc, sizeof crc);
  }
  return input;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::MemoryFile const file(data, size);
  fuzz::takes([&] {
    if (look(fastxx::load_torch(file.path())) > 16 * size + 10'001)
      fuzz::fail("more values than the file has room for", "");
  });
  fuzz::takes([&] { fastxx::load_torch_tensors(file.path()); });
  return 0;
}
