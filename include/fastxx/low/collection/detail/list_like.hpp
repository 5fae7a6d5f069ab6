#pragma once

#include <algorithm>  // the concepts of ranges, without the views of <ranges>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace fastxx::detail {

template <class T>
concept StringLike = std::is_convertible_v<T const&, std::string_view>;

// A range of items: no text, and no path (whose elements are paths again, without end).
template <class T>
concept ListLike = std::ranges::input_range<T> && !StringLike<std::remove_cvref_t<T>> &&
                   !std::is_same_v<std::ranges::range_value_t<T>, std::remove_cvref_t<T>>;

}  // namespace fastxx::detail
