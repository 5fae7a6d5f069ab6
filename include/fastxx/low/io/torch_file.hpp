#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/io/torch_value.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace fastxx {

namespace detail {
// Whether a file begins as those of torch.save do, zip or legacy; a file that cannot be read does not.
bool is_torch_file(std::filesystem::path const& path);
// save_torch; sizes and places in the file from `limit` on are written as zip64 has them.
void save_torch_zip(std::filesystem::path const& path, std::map<std::string, Tensor> const& tensors,
                    std::uint64_t limit);
}  // namespace detail

/// Read a file of torch.save: the zip files of today and those of before PyTorch 1.6.
///
/// Only tensors, containers, numbers and texts are made; every other class stays a name, whatever the file asks for. Time
/// and memory are bounded by the size of the file. Tensors that share memory in the file share it here; all are on the CPU.
/// Dtypes:  float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128
/// Errors:  io_error [torch_file.open], [.format] for what is no such file, [.truncated], [.pickle], [.storage],
///          [.checksum], [.memory], with the path and the place
/// Source:  PyTorch 1.13 torch/serialization.py; Python's pickletools
/// Example: examples/doc/torch_file.cpp
TorchValue load_torch(std::filesystem::path const& path);

/// The tensors of such a file by name: of a state dict, or of what a checkpoint has under "model", "state_dict",
/// "model_state_dict" or "net" (fastai's learn.save: "model"). `load_state_dict(*model, load_torch_tensors("resnet18.pth"))`.
///
/// Errors:  those of load_torch; io_error [torch_file.no_tensors] with what the file holds instead, for one of a whole
///          model or learner (export.pkl): those are code
/// Source:  own design
/// Example: examples/doc/torch_file.cpp
std::map<std::string, Tensor> load_torch_tensors(std::filesystem::path const& path);

/// Write tensors as torch.save(state_dict) does, so that `torch.load(path, weights_only=True)` reads them; complete or not
/// at all. Equal content gives equal bytes. Tensors on other devices are copied to the CPU, views are written dense.
///
/// Dtypes:  those of load_torch
/// Errors:  io_error [file.write]; tensor_error [torch_file.dtype]
/// Source:  PyTorch 1.13 torch/serialization.py; PKWARE APPNOTE 6.3 (zip64, for more than 4 GiB or 65,535 members)
/// Example: examples/doc/torch_file.cpp
void save_torch(std::filesystem::path const& path, std::map<std::string, Tensor> const& tensors);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/torch_file.ipp>
#endif
