// Loading a safetensors file beside reading its bytes, both from the page cache, into a piece of memory for each tensor:
// 100 MB in one tensor and in 100, and 20,000 tensors of one number, where the header is the file.
#include "compare.hpp"
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <unistd.h>
#include <vector>

namespace {

std::filesystem::path const path =
    std::filesystem::temp_directory_path() / ("fastxx_benchmark_" + std::to_string(::getpid()));

void read_bytes(std::size_t pieces) {
  int const file = ::open(path.c_str(), O_RDONLY);
  auto const size = std::filesystem::file_size(path) / pieces;
  std::vector<std::unique_ptr<char[]>> all;
  for (std::size_t i = 0; i < pieces; ++i) {
    all.emplace_back(new char[size]);  // not set to zero first
    if (::read(file, all.back().get(), size) != static_cast<ssize_t>(size))
      throw std::runtime_error("the file could not be read");
  }
  ::close(file);
}

void run(fastxx::bench::Plan plan, std::int64_t tensors, std::int64_t numbers) {
  fastxx::SafeTensors content;
  for (std::int64_t i = 0; i < tensors; ++i) content.tensors["layer." + std::to_string(i)] = at::ones({numbers});
  fastxx::save_safetensors(path, content);
  plan.note = std::to_string(tensors) + " tensors; other: reading the bytes in as many pieces";
  fastxx::bench::compare(
      plan, [] { fastxx::load_safetensors(path); }, [&] { read_bytes(static_cast<std::size_t>(tensors)); });
  std::filesystem::remove(path);
}

}  // namespace

int main() {
  run({.name = "safetensors", .unit = "ms", .rounds = 21}, 100, 250'000);
  run({.name = "safetensors_1_tensor", .unit = "ms", .rounds = 21}, 1, 25'000'000);
  run({.name = "safetensors_20000_tensors", .unit = "ms", .rounds = 21}, 20'000, 1);
}
