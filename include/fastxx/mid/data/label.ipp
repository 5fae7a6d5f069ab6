#pragma once

#include <fastxx/mid/data/label.hpp>

#include <filesystem>
#include <string>

namespace fastxx {

FASTXX_INLINE std::string ParentLabel::operator()(std::filesystem::path const& file) const {
  std::string label = file.lexically_normal().parent_path().filename().string();
  if (label.empty() || label == "..")
    throw data_error("parent_label.none", {.call = "parent_label",
                                           .expected = "a file in a folder that is its label",
                                           .got = "'" + detail::brief(file.string()) + "'",
                                           .fix = "get the files by their folder, as get_image_files(path) does"});
  return label;
}

}  // namespace fastxx
