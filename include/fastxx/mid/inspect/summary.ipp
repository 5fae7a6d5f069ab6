#pragma once

#include <fastxx/mid/inspect/summary.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::string tensor_kind(Tensor const& tensor, std::string const& type) {
  if (!tensor.defined()) return type + ", undefined";
  return type + " " + shape_text(tensor.sizes()) + " " + c10::toString(tensor.scalar_type());
}

FASTXX_INLINE std::string quoted_text(std::string const& text) { return "'" + brief(text) + "'"; }

FASTXX_INLINE void StageLog::add(std::string stage, std::string kind, std::string shapes) {
  if (next_ == lines_.size()) lines_.push_back({std::move(stage), std::move(kind), {}});
  lines_[next_++].shapes.push_back(std::move(shapes));
}

FASTXX_INLINE std::string StageLog::first_item() const {
  std::string text;
  for (Line const& line : lines_) text += "  " + line.stage + " gives " + line.kind + "\n";
  return text;
}

FASTXX_INLINE std::string StageLog::where_they_differ() const {
  auto const one_shape = [](Line const& line) {
    return std::all_of(line.shapes.begin(), line.shapes.end(), [&](auto const& one) { return one == line.shapes[0]; });
  };
  if (lines_.empty() || one_shape(lines_.back())) return "";
  // What differs at the end has differed since the stage behind the last one that gave one shape.
  std::size_t since = lines_.size() - 1;
  while (since > 0 && !one_shape(lines_[since - 1])) --since;
  std::string text = "From " + lines_[since].stage + " on the shapes differ:";
  for (std::string const& shape : lines_.back().shapes) text += " " + shape;
  return text + "\n";
}

}  // namespace fastxx::detail
