#pragma once

#include <fastxx/low/arguments/parts.hpp>

#include <utility>

namespace fastxx {

/// The name of the part that splitter(...) makes.
struct SplitterPart {};

/// How a DataBlock splits its items, `splitter(RandomSplitter{.seed = 42})`: a function from the items to Splits, or
/// these; how a Learner groups its parameters: a function from the model to a list of parameter lists.
///
/// Source:  fastai 2.7.18 data/block.py, learner.py, which have one word for both
/// Example: examples/doc/data_block.cpp
template <class Function>
constexpr auto splitter(Function function) {
  return Part<SplitterPart, Function>{std::move(function)};
}

}  // namespace fastxx
