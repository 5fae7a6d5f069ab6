// load_safetensors and SafeTensorsReader, whatever the file holds.
#include "fuzz.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <filesystem>

using fastxx::SafeTensors;

namespace {

at::Tensor filled(std::vector<std::int64_t> const& shape, at::ScalarType type) {
  at::Tensor tensor = fastxx::detail::empty_cpu(shape, type);
  if (tensor.nbytes() > 0) std::memset(tensor.data_ptr(), 1, tensor.nbytes());
  return tensor;
}

std::string saved(SafeTensors const& content) {
  auto const path = std::filesystem::temp_directory_path() / ("fastxx_fuzz_" + std::to_string(::getpid()));
  fastxx::save_safetensors(path, content);
  std::string bytes = fastxx::read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

}  // namespace

std::vector<std::string> fuzz::corpus() {
  SafeTensors many;
  for (int i = 0; i < 200; ++i) many.tensors["layer." + std::to_string(i)] = filled({1}, at::kByte);
  SafeTensors all{.metadata = {{"format", "pt"}, {"text \"\\\n", "\x1b[1m \xe2\x82\xac"}}};
  for (auto const& type : fastxx::detail::safetensors_types)
    all.tensors["of " + std::string(type.name)] = filled({2, 3}, type.dtype);
  all.tensors["scalar"] = filled({}, at::kFloat), all.tensors["empty"] = filled({3, 0}, at::kLong);
  std::string foreign = R"({"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},)"
                        R"("b":{"dtype":"odd","shape":[9],"data_offsets":[4,8]}})";
  return {saved({}), saved(many), saved(all), with_header_length(std::string(8, '\0') + foreign + "12345678")};
}

std::string fuzz::repaired(std::string input) { return with_header_length(std::move(input)); }

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::MemoryFile const file(data, size);
  SafeTensors content;
  bool const whole = fuzz::takes([&] { content = fastxx::load_safetensors(file.path()); });
  std::size_t bytes = 0;
  for (auto const& [name, tensor] : content.tensors) bytes += tensor.nbytes();
  if (bytes > size) fuzz::fail("more bytes in the tensors than in the file", "");
  fuzz::takes([&] {
    fastxx::SafeTensorsReader const reader(file.path());
    for (auto const& name : reader.names()) {
      bool const readable = fuzz::takes([&] { reader.tensor(name); });
      if (whole && !(readable && content.tensors.contains(name))) fuzz::fail("two readers that differ", "");
    }
  });
  return 0;
}
