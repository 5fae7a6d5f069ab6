#pragma once

#include <fastxx/low/transform/traits.hpp>

#include <cstddef>
#include <tuple>

namespace fastxx {

/// One element of the whole tuple: the usual first stage of a pipeline whose items are (input, label) pairs.
///
/// Source:  fastai 2.7.18 data/transforms.py ItemGetter
/// Example: examples/doc/datasets.cpp
template <std::size_t Index>
struct ItemGetter : ItemTransform {
  template <class Tuple>
  requires(is_tuple_v<Tuple>&& Index < std::tuple_size_v<Tuple>) constexpr auto encodes(Tuple const& item) const {
    return std::get<Index>(item);
  }
  // A batch of tuples is a tuple of columns.
  template <class Columns>
  requires(is_tuple_v<Columns>&& Index <
           std::tuple_size_v<Columns>) constexpr auto encodes_batch(Columns const& columns) const {
    return std::get<Index>(columns);
  }
};

}  // namespace fastxx
