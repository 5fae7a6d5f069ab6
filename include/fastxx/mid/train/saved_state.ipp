#pragma once

#include <fastxx/low/io/torch_file.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/mid/train/saved_state.hpp>

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>
#include <zlib.h>

namespace fastxx::detail {

FASTXX_INLINE void refuse_saved(std::filesystem::path const& path, std::string expected, std::string got) {
  throw io_error("checkpoint.file", {.call = "load",
                                     .expected = std::move(expected),
                                     .got = std::move(got),
                                     .where = path.string(),
                                     .fix = "the file was written by another version or by hand; use another one"});
}

FASTXX_INLINE Tensor const& SavedTensors::tensor(std::string const& name) const {
  auto const found = file_.tensors.find(name);
  if (found == file_.tensors.end()) refuse_saved(path_, "a tensor " + name, "none");
  return found->second;
}

FASTXX_INLINE std::string SavedTensors::word(std::string const& name) const {
  auto const found = file_.metadata.find(name);
  return found == file_.metadata.end() ? "" : found->second;
}

inline std::string checksum(void const* bytes, std::size_t size) {
  return std::to_string(::crc32_z(0, static_cast<unsigned char const*>(bytes), size));
}

FASTXX_INLINE void require_as_written(SafeTensors& file, std::filesystem::path const& path) {
  auto const written = file.metadata.extract(checksum_word);
  if (written.empty()) return;
  std::string const read = safetensors_checksum(file);
  if (written.mapped() == read) return;
  throw io_error("checkpoint.damaged",
                 {.call = "load",
                  .expected = "the bytes that were written, with the checksum " + brief(written.mapped()),
                  .got = "others, with " + read,
                  .where = path.string(),
                  .fix = "use another file; when it was changed by hand, leave out " + std::string(checksum_word) +
                         " of its metadata"});
}

FASTXX_INLINE void put_optimizer(SafeTensors& file, OptimizerState const& state) {
  std::string const& archive = state.archive;
  if (!archive.empty()) file.metadata["optimizer.archive.crc32"] = checksum(archive.data(), archive.size());
  file.tensors["optimizer.archive"] = numbers_tensor(std::vector<std::uint8_t>(archive.begin(), archive.end()));
  for (std::size_t g = 0; g < state.groups.size(); ++g) {
    std::string const prefix = "optimizer." + std::to_string(g) + ".";
    std::vector<std::int64_t> steps;
    for (auto const& parameter : state.groups[g].parameters) {
      for (auto const& [name, tensor] : parameter.tensors)
        file.tensors[prefix + std::to_string(steps.size()) + "." + name] = tensor;
      steps.push_back(parameter.step);
    }
    file.tensors[prefix + "steps"] = numbers_tensor(steps);
    for (auto const& [name, value] : state.groups[g].hypers)
      file.tensors[prefix + "hyper." + name] = numbers_tensor(std::vector<double>{value});
  }
}

inline OptimizerState::Group optimizer_group(SavedTensors const& saved, std::string const& prefix,
                                             std::filesystem::path const& path) {
  OptimizerState::Group group;
  for (std::int64_t const step : saved.numbers<std::int64_t>(prefix + "steps")) {
    if (step < 0 || step > most_counted)
      refuse_saved(path, "a number of steps in " + prefix + "steps", std::to_string(step));
    group.parameters.push_back({.step = step, .tensors = {}});
  }
  for (auto const& [name, tensor] : saved.part(prefix)) {
    if (name == "steps") continue;
    if (name.starts_with("hyper.")) {
      auto const value = saved.numbers<double>(prefix + name);
      if (value.size() != 1 || std::isnan(value[0]))
        refuse_saved(path, "one number as " + prefix + brief(name),
                     value.size() == 1 ? "nan" : std::to_string(value.size()));
      group.hypers.emplace(name.substr(6), value[0]);
      continue;
    }
    std::size_t number = 0;
    auto const [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
    auto const length = static_cast<std::size_t>(end - name.data());
    if (code != std::errc() || length + 1 >= name.size() || name[length] != '.' || number >= group.parameters.size())
      refuse_saved(path, "the state of a parameter", "a tensor " + prefix + brief(name));
    group.parameters[number].tensors.emplace(name.substr(length + 1), tensor);
  }
  return group;
}

FASTXX_INLINE OptimizerState read_optimizer(SavedTensors const& saved, std::filesystem::path const& path) {
  OptimizerState state;
  auto const archive = saved.numbers<std::uint8_t>("optimizer.archive");
  // libtorch, which reads these bytes, crashes at some that are damaged.
  if (!archive.empty() && saved.word("optimizer.archive.crc32") != checksum(archive.data(), archive.size()))
    refuse_saved(path, "the bytes of a foreign optimizer with their checksum", "others");
  state.archive.assign(archive.begin(), archive.end());
  for (std::size_t g = 0; saved.has("optimizer." + std::to_string(g) + ".steps"); ++g)
    state.groups.push_back(optimizer_group(saved, "optimizer." + std::to_string(g) + ".", path));
  return state;
}

FASTXX_INLINE bool is_torch_name(std::filesystem::path const& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".pth" || ending == ".pt";
}

FASTXX_INLINE void require_savable(std::filesystem::path const& path, bool with_opt) {
  if (!with_opt || !is_torch_name(path)) return;
  throw state_error("save.torch_optimizer",
                    {.call = "Learner::save",
                     .expected = "a name that does not end in .pth or .pt: files for PyTorch hold weights alone",
                     .got = path.string(),
                     .fix = "leave out .with_opt; or save weights and optimizer as .safetensors"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void save_state_of(TrainState const& learn, std::filesystem::path const& path,
                                 SaveOptions const& options) {
  detail::require_savable(path, options.with_opt.value_or(false));
  if (detail::is_torch_name(path)) {
    save_torch(path, state_dict(learn.module()));
    return;
  }
  SafeTensors file;
  file.metadata["fastxx.training"] = "1";
  detail::put_tensors(file, "model.", state_dict(learn.module()));
  if (options.with_opt.value_or(true) && learn.opt) detail::put_optimizer(file, learn.opt->shared_state());
  detail::save_safetensors_checked(path, std::move(file), detail::checksum_word);
}

FASTXX_INLINE void load_state_of(TrainState& learn, std::filesystem::path const& path, LoadOptions const& options) {
  std::error_code unknown;
  bool const missing = !std::filesystem::exists(path, unknown);  // then the name says whose error it is
  bool const of_python = missing ? detail::is_torch_name(path) : detail::is_torch_file(path);
  SafeTensors file = of_python ? SafeTensors{.tensors = load_torch_tensors(path)} : load_safetensors(path);
  detail::require_as_written(file, path);
  detail::SavedTensors const saved(file, path);
  bool const bare = !file.metadata.contains("fastxx.training") && !file.metadata.contains("fastxx.format");
  auto const weights = bare ? file.tensors : saved.part("model.");
  detail::require_same_state(learn.module(), weights, options.strict, path.string());
  if (options.with_opt.value_or(!of_python)) {
    if (bare || !saved.has("optimizer.archive"))
      throw state_error("load.optimizer", {.call = "Learner::load",
                                           .expected = "weights and the state of an optimizer",
                                           .got = "weights alone",
                                           .where = path.string(),
                                           .fix = "load them with {.with_opt = false}"});
    learn.opt->load_state_dict(detail::read_optimizer(saved, path));
  }
  load_state_dict(learn.module(), weights, options.strict);
}

}  // namespace fastxx
