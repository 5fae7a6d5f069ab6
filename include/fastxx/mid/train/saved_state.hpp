#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/optim/optimizer_state.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fastxx {

namespace detail {

// Numbers travel as tensors: bit for bit, eight bytes each.
template <class Number>
Tensor numbers_tensor(std::vector<Number> const& numbers) {
  Tensor tensor = empty_cpu({static_cast<std::int64_t>(numbers.size())}, c10::CppTypeToScalarType<Number>::value);
  if (!numbers.empty()) std::memcpy(tensor.data_ptr(), numbers.data(), numbers.size() * sizeof(Number));
  return tensor;
}

inline constexpr std::int64_t most_counted = std::int64_t{1} << 53;  // what is counted on from there does not overflow

[[noreturn]] [[gnu::cold]] void refuse_saved(std::filesystem::path const& path, std::string expected, std::string got);

inline constexpr char const* checksum_word = "fastxx.crc32";  // of all that is in the file beside it

// Take the checksum out of what was read, and refuse what it does not fit. Files of older versions have none.
void require_as_written(SafeTensors& file, std::filesystem::path const& path);

// What is under a name in a file that is not trusted.
class SavedTensors {
 public:
  SavedTensors(SafeTensors const& file, std::filesystem::path const& path) : file_(file), path_(path) {}

  bool has(std::string const& name) const { return file_.tensors.contains(name); }
  std::string word(std::string const& name) const;  ///< of the metadata; empty when there is none
  Tensor const& tensor(std::string const& name) const;
  template <class Number>
  std::vector<Number> numbers(std::string const& name) const {
    Tensor const& saved = tensor(name);
    if (saved.scalar_type() != c10::CppTypeToScalarType<Number>::value || saved.dim() != 1)
      refuse_saved(path_, "a list of numbers as " + name, "another tensor");
    std::vector<Number> numbers(static_cast<std::size_t>(saved.numel()));
    if (!numbers.empty()) std::memcpy(numbers.data(), saved.data_ptr(), numbers.size() * sizeof(Number));
    return numbers;
  }
  // The tensors whose names begin so, without that beginning.
  std::map<std::string, Tensor> part(std::string const& prefix) const { return tensors_under(file_, prefix); }

 private:
  SafeTensors const& file_;
  std::filesystem::path const& path_;
};

void put_optimizer(SafeTensors& file, OptimizerState const& state);

OptimizerState read_optimizer(SavedTensors const& saved, std::filesystem::path const& path);

// Whether a file of this name is one for PyTorch; and that the optimizer's state is not to go into such a one.
bool is_torch_name(std::filesystem::path const& path);
void require_savable(std::filesystem::path const& path, bool with_opt);

}  // namespace detail

/// Write a learner's weights and optimizer state to a safetensors file, complete or not at all; Learner::save finds it
/// here. A name that ends in .pth or .pt makes a file of weights alone that `torch.load` reads.
///
/// Errors:  io_error [file.write]; an existing file then stays as it was. state_error [save.torch_optimizer] when the
///          optimizer's state is to go into a .pth; those of save_torch
/// Source:  fastai 2.7.18 learner.py save, save_model; differs: the path is taken as it is, and .pth has no optimizer
/// Example: examples/doc/checkpoint.cpp
void save_state_of(TrainState const& learn, std::filesystem::path const& path, SaveOptions const& options);

/// Give a learner what save_state_of or a Checkpoint wrote, or the weights of a bare file, as Python's
/// `save_file(model.state_dict(), path)` writes it; Learner::load finds it here. Nothing is changed by a file that does
/// not fit. The state of one of libtorch's optimizers (TorchOptimizer) is read by libtorch, which believes what it reads:
/// damage is found by the file's checksum, malice is not. From others, take weights alone, `{.with_opt = false}`.
/// A file of PyTorch's has weights alone, and no more is asked of it.
///
/// Errors:  io_error for a missing, truncated or hostile file, [checkpoint.damaged] for other bytes than were written;
///          state_error [state_dict.mismatch] naming what the model
///          does not have, with both shapes, [load.optimizer] when the file has no optimizer state, [optimizer.state]
///          when it is another optimizer's
/// Source:  fastai 2.7.18 learner.py load, load_model; differs: what fastai warns of is an error, and no device is
///          given, since the model stays where it is
/// Example: examples/doc/checkpoint.cpp
void load_state_of(TrainState& learn, std::filesystem::path const& path, LoadOptions const& options);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/saved_state.ipp>
#endif
