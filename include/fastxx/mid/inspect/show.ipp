#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/inspect/show.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::string save_grid(std::vector<TitledImage> const& images, std::filesystem::path const& path,
                                    ShowOptions const& options) {
  if (path.empty())
    throw data_error("show.path", {.call = "show_batch",
                                   .expected = "a path for the picture, since images are drawn",
                                   .got = "none",
                                   .fix = "give one: show_batch(dls, \"batch.png\")"});
  plot_images(images, options.grid).save(path);
  return path.string();
}

FASTXX_INLINE std::vector<std::string> column_names(std::size_t n_inp, std::size_t size, bool with_prediction) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t const number = i < n_inp ? i : i - n_inp;
    names.push_back((i < n_inp ? "input" : "target") + (number > 0 ? " " + std::to_string(number + 1) : ""));
  }
  if (with_prediction) names.push_back("prediction");
  return names;
}

FASTXX_INLINE std::string placed_table(std::string table, std::filesystem::path const& path) {
  if (path.empty()) return table;
  write_file_atomically(path, table);
  return path.string();
}

FASTXX_INLINE void require_samples(ShowOptions const& options, char const* call) {
  if (options.max_n == 0)
    throw data_error("show.max_n", {.call = call, .expected = "a max_n of 1 or more samples", .got = "0"});
}

FASTXX_INLINE void refuse_unique() {
  throw data_error("show.unique", {.call = "show_batch",
                                   .expected = "a DataLoader, whose first item can be asked for again",
                                   .got = "the batches of somebody else's loader",
                                   .fix = "leave .unique out"});
}

}  // namespace fastxx::detail
