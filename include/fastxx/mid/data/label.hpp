#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <filesystem>
#include <string>

namespace fastxx {

/// The name of the folder a file lies in, `get_y(parent_label)`: "data/cat/1.png" is a "cat".
///
/// Errors:  data_error [parent_label.none] for a path without a folder
/// Source:  fastai 2.7.18 data/transforms.py parent_label (H-19); differs: a path without a folder has no label
/// Example: examples/doc/finding.cpp
struct ParentLabel {
  std::string operator()(std::filesystem::path const& file) const;
};
inline constexpr ParentLabel parent_label{};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/label.ipp>
#endif
