#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <filesystem>

namespace fastxx {

/// Read an idx file (the format of MNIST and its relatives), gzipped or plain, into a tensor on the CPU.
///
/// The bytes are unpacked straight into the tensor's memory; the checksum of a gzipped file is checked.
/// Shapes:  as the header says, e.g. (60000,28,28) or (60000)
/// Dtypes:  uint8, int8, int16, int32, float32 or float64, as the header says
/// Errors:  io_error [idx.open], [idx.magic], [idx.truncated], [idx.corrupt], [idx.empty],
///          [idx.too_long], [idx.memory], all with the path
/// Source:  the file format as described at yann.lecun.com/exdb/mnist
Tensor read_idx(std::filesystem::path const& path);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/idx.ipp>
#endif
