#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/tensor/mixing.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/retain.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The extension point for item types of your own: specialise it with `static auto collate(std::vector<T> const&)`.
/// It wins over the built-in rules; throw collate_shapes_error() when the items do not fit together.
///
/// Source:  own design, in place of fastai's and PyTorch's run-time type tests
/// Example: examples/doc/loader.cpp
template <class T>
struct collate_for;

/// Item types somebody has specialised collate_for for.
template <class T>
concept CollatedByUser = requires(std::vector<T> const& items) {
  collate_for<T>::collate(items);
};

/// The error for items of one batch whose shapes differ; `first` and `other` are their numbers within the batch.
///
/// Source:  fastai 2.7.18 data/load.py collate_error (features V-12)
/// Example: examples/doc/loader.cpp
tensor_error collate_shapes_error(std::string const& type, std::size_t first, std::string const& first_shape,
                                  std::size_t other, std::string const& other_shape);

namespace detail {

// In all that follows get(i) gives the i-th of `count` values: by reference to move from, to copy from, or by value.
template <class T, class Get>
std::vector<T> gather(std::size_t count, Get const& get) {
  std::vector<T> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) values.emplace_back(get(i));
  return values;
}

// The number that a tensor holds of a number T.
template <class T>
using tensor_number_t = std::conditional_t<std::is_same_v<T, float> || std::is_same_v<T, bool>, T,
                                           std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>>;

template <class T, class Get>
Tensor collate_numbers(std::size_t count, Get const& get) {
  using Number = tensor_number_t<T>;
  Tensor numbers = at::empty({static_cast<std::int64_t>(count)}, c10::CppTypeToScalarType<Number>::value);
  Number* out = numbers.data_ptr<Number>();
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Number>(get(i));
  return numbers;
}

// Lists of numbers: a std::vector or std::array.
template <class T>
inline constexpr bool is_number_list_v = false;
template <class T>
inline constexpr bool is_number_list_v<std::vector<T>> = std::is_arithmetic_v<T>;
template <class T, std::size_t N>
inline constexpr bool is_number_list_v<std::array<T, N>> = std::is_arithmetic_v<T>;

[[noreturn]] void refuse_list_sizes(std::string const& type, std::size_t first_size, std::size_t other,
                                    std::size_t other_size);

template <class T, class Get>
Tensor collate_lists(std::size_t count, Get const& get) {
  using Number = tensor_number_t<typename T::value_type>;
  Tensor rows;
  std::size_t width = 0;
  Number* out = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    T const& list = get(i);
    if (i == 0) {
      width = list.size();
      rows = at::empty({static_cast<std::int64_t>(count), static_cast<std::int64_t>(width)},
                       c10::CppTypeToScalarType<Number>::value);
      out = rows.data_ptr<Number>();
    }
    if (list.size() != width) refuse_list_sizes(type_name<T>(), width, i, list.size());
    for (auto const number : list) *out++ = static_cast<Number>(number);
  }
  return rows;
}

void require_one_shape(std::vector<Tensor> const& tensors, std::string const& type);

// The batch has the items' type and the first item's metadata.
template <class T, class Get>
T stack_tensors(std::size_t count, Get const& get) {
  std::vector<Tensor> tensors;
  tensors.reserve(count);
  T without_data;
  for (std::size_t i = 0; i < count; ++i) {
    auto&& item = get(i);
    if constexpr (SemanticTensor<T>)
      if (i == 0) without_data.set_meta(item);
    tensors.emplace_back(std::forward<decltype(item)>(item));
  }
  require_one_shape(tensors, type_name<T>());
  T batch(at::stack(tensors));
  if constexpr (SemanticTensor<T>) batch.set_meta(without_data);
  return batch;
}

template <class T, class Get>
auto collate_column(std::size_t count, Get const& get);

// One element of the tuples. An error from inside, also from a user's collate_for, is told which element it was.
template <class T, std::size_t I, class Get>
auto collate_element(std::size_t count, Get const& get) {
  using Element = std::remove_cvref_t<std::tuple_element_t<I, std_tuple_of<T>>>;
  auto element = [&get](std::size_t i) -> decltype(auto) { return std::get<I>(get(i)); };
  try {
    return collate_column<Element>(count, element);
  } catch (tensor_error const& inner) {
    ErrorParts parts = inner.parts();
    parts.where = "element " + std::to_string(I) + (parts.where.empty() ? "" : ", ") + parts.where;
    throw tensor_error(inner.key(), parts);
  }
}

// The tuple class itself where its elements collate to their own types (tensors do), else one that holds the columns.
template <class T, class... Columns>
auto tuple_of_columns(Columns&&... columns) {
  if constexpr (std::is_same_v<std::tuple<Columns...>, std_tuple_of<T>> && std::is_constructible_v<T, Columns...>)
    return T(std::move(columns)...);
  else
    return retuple<T>(std::move(columns)...);
}
template <class T, class Get, std::size_t... I>
auto collate_tuple(std::size_t count, Get const& get, std::index_sequence<I...>) {
  return tuple_of_columns<T>(collate_element<T, I>(count, get)...);
}

template <class T, class Get>
auto collate_column(std::size_t count, Get const& get) {
  if constexpr (CollatedByUser<T>) {
    return collate_for<T>::collate(gather<T>(count, get));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return collate_numbers<T>(count, get);
  } else if constexpr (is_number_list_v<T>) {
    return collate_lists<T>(count, get);
  } else if constexpr (std::derived_from<T, Tensor>) {
    return stack_tensors<T>(count, get);
  } else if constexpr (std::same_as<T, std::string>) {
    return gather<std::string>(count, get);
  } else if constexpr (is_tuple_v<T>) {
    return collate_tuple<T>(count, get, std::make_index_sequence<std::tuple_size_v<std_tuple_of<T>>>{});
  } else {
    static_assert(CollatedByUser<T>,
                  "fastxx::collate(items): no rule makes a batch of this element type; specialise "
                  "fastxx::collate_for<T> with `static auto collate(std::vector<T> const& items)`, or turn it into a "
                  "number, list of numbers, tensor, string or tuple of those in an item transform");
    return Tensor();
  }
}

void require_some(std::size_t count);

}  // namespace detail

/// Make a batch of items, by their type: numbers and lists of them (std::vector, std::array) become a Tensor (int64,
/// float32, float64 or bool), tensors are stacked and keep their semantic type and the first one's metadata, strings stay
/// a vector, tuples become tuples of collated columns, nested too (pairs stay pairs, and a class over a tuple stays itself
/// when its elements collate to their own types); any other type through collate_for.
///
/// Shapes:  N tensors of one shape S -> (N, S); N numbers -> (N); N lists of c numbers -> (N, c)
/// Runs:    in the calling thread, on the items' device; moves out of the items of an rvalue
/// Errors:  tensor_error [collate.shapes], [collate.undefined]; data_error [collate.empty]; a compile-time sentence
/// Source:  fastai 2.7.18 data/load.py fa_collate and DataLoader.retain (features TR-13)
/// Example: examples/doc/loader.cpp
struct collate_t {
  template <class T>
  auto operator()(std::vector<T> const& items) const {
    detail::require_some(items.size());
    if constexpr (CollatedByUser<T>)
      return collate_for<T>::collate(items);
    else
      return detail::collate_column<T>(items.size(), [&](std::size_t i) -> decltype(auto) { return items[i]; });
  }
  template <class T>
  auto operator()(std::vector<T>&& items) const {
    if constexpr (CollatedByUser<T> || std::is_same_v<T, bool>) {
      return (*this)(std::as_const(items));
    } else {
      detail::require_some(items.size());
      return detail::collate_column<T>(items.size(), [&](std::size_t i) -> T&& { return std::move(items[i]); });
    }
  }
};
inline constexpr collate_t collate{};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/collate.ipp>
#endif
