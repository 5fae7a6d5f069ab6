#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/low/transform/retain.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::testing {

/// How far numbers may differ: |a - b| <= absolute + relative * |b|.
///
/// Source:  the rule and the default are torch.allclose's; differs: absolute is 1e-6
/// Example: examples/doc/laws.cpp
struct Tolerance {
  double relative = 1e-5;
  double absolute = 1e-6;
};

/// All numbers must be equal.
inline constexpr Tolerance exact{0, 0};

namespace detail {

template <class X>
inline constexpr bool is_vector_v = false;
template <class X>
inline constexpr bool is_vector_v<std::vector<X>> = true;

template <class X>
std::string difference_of(X const& a, X const& b, Tolerance tolerance);

std::string tensor_difference(Tensor const& a, Tensor const& b, Tolerance tolerance);

std::string number_difference(double a, double b, Tolerance tolerance);

std::string at_place(std::string const& what, std::size_t index, std::string const& difference);

template <class X, std::size_t... I>
std::string tuple_difference(X const& a, X const& b, Tolerance tolerance, std::index_sequence<I...>) {
  std::string found;
  ((found.empty() ? void(found = at_place("element", I, difference_of(std::get<I>(a), std::get<I>(b), tolerance)))
                  : void()),
   ...);
  return found;
}

template <class X>
std::string vector_difference(X const& a, X const& b, Tolerance tolerance) {
  if (a.size() != b.size()) return std::to_string(a.size()) + " entries instead of " + std::to_string(b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (auto found = difference_of<typename X::value_type>(a[i], b[i], tolerance); !found.empty())
      return at_place("entry", i, found);
  return "";
}

template <class X>
std::string difference_of(X const& a, X const& b, Tolerance tolerance) {
  if constexpr (std::derived_from<X, Tensor>) {
    return tensor_difference(a, b, tolerance);
  } else if constexpr (std::is_floating_point_v<X>) {
    return number_difference(static_cast<double>(a), static_cast<double>(b), tolerance);
  } else if constexpr (is_tuple_v<X>) {
    using Elements = fastxx::detail::std_tuple_of<X>;
    return tuple_difference(a, b, tolerance, std::make_index_sequence<std::tuple_size_v<Elements>>{});
  } else if constexpr (is_vector_v<X>) {
    return vector_difference(a, b, tolerance);
  } else {
    constexpr bool comparable = std::equality_comparable<X>;  // named: a concept in the assertion prints its parts
    static_assert(comparable, "fastxx::testing: values of this type cannot be compared; give it an operator==");
    if constexpr (comparable)
      return a == b ? "" : "the values differ";
    else
      return "";
  }
}

// A copy that shares no memory with the original: tensors are cloned, in tuples and vectors too.
template <class X>
X deep_copy(X const& x) {
  if constexpr (std::derived_from<X, Tensor>) {
    X copy = x;
    if (x.defined()) static_cast<Tensor&>(copy) = static_cast<Tensor const&>(x).clone();
    return copy;
  } else if constexpr (is_tuple_v<X>) {
    return fastxx::detail::map_tuple(x, [](auto const& element) { return deep_copy(element); });
  } else if constexpr (is_vector_v<X>) {
    X copy;
    for (typename X::const_reference entry : x) copy.push_back(deep_copy<typename X::value_type>(entry));
    return copy;
  } else {
    return x;
  }
}

}  // namespace detail

/// Where and how two values differ, in words; empty when they do not. Tensors must agree in shape, dtype and device
/// too; tuples and vectors are compared element by element, nested too; NaN equals NaN; other types by their ==. What a
/// semantic tensor carries beside its values, such as the size of a picture, is not compared.
///
/// Errors:  a compile-time sentence for a type without ==
/// Source:  own design; fastcore 1.7.28 test.py test_close for what is compared
/// Example: examples/doc/laws.cpp
template <class A, class B>
std::string difference(A const& a, B const& b, Tolerance tolerance = {}) {
  if constexpr (std::same_as<A, B>)
    return detail::difference_of(a, b, tolerance);
  else
    return type_name<A>() + " instead of " + type_name<B>();
}

/// Whether two values are of one type and differ by no more than the tolerance.
///
/// Source:  fastcore 1.7.28 test.py all_equal, is_close
/// Example: examples/doc/laws.cpp
template <class A, class B>
bool all_close(A const& a, B const& b, Tolerance tolerance = {}) {
  return difference(a, b, tolerance).empty();
}

}  // namespace fastxx::testing

#if FASTXX_BODIES
#include <fastxx/testing/compare.ipp>
#endif
