#pragma once

#include <fastxx/low/optim/lanes.hpp>
#include <fastxx/low/optim/tensor_list.hpp>

namespace fastxx {

/// The value an optimizer's formula is written for: some floats of a parameter side by side, or whole
/// tensors.
///
/// A formula uses + - * / += -= *= /=, numbers on either side, sqrt, abs, sign and softplus, and works for both. It behaves like
/// a number: assigning or changing a copy never changes the original.
/// Source:  own design
/// Example: examples/doc/optimizer.cpp
template <class Raw>
struct Element {
  Raw raw;

  friend Element operator+(Element const& a, Element const& b) { return {detail::raw_add(a.raw, b.raw)}; }
  friend Element operator-(Element const& a, Element const& b) { return {detail::raw_sub(a.raw, b.raw)}; }
  friend Element operator*(Element const& a, Element const& b) { return {detail::raw_mul(a.raw, b.raw)}; }
  friend Element operator/(Element const& a, Element const& b) { return {detail::raw_div(a.raw, b.raw)}; }

  friend Element operator+(Element const& a, double b) { return {detail::raw_add(a.raw, number(b, a))}; }
  friend Element operator-(Element const& a, double b) { return {detail::raw_sub(a.raw, number(b, a))}; }
  friend Element operator*(Element const& a, double b) { return {detail::raw_mul(a.raw, number(b, a))}; }
  friend Element operator/(Element const& a, double b) { return {detail::raw_div(a.raw, number(b, a))}; }

  friend Element operator+(double a, Element const& b) { return b + a; }
  friend Element operator-(double a, Element const& b) { return -b + a; }
  friend Element operator*(double a, Element const& b) { return b * a; }
  friend Element operator/(double a, Element const& b) { return (b * 0. + a) / b; }
  friend Element operator-(Element const& a) { return a * -1.; }

  template <class Other>
  Element& operator+=(Other const& b) {
    return *this = *this + b;
  }
  template <class Other>
  Element& operator-=(Other const& b) {
    return *this = *this - b;
  }
  template <class Other>
  Element& operator*=(Other const& b) {
    return *this = *this * b;
  }
  template <class Other>
  Element& operator/=(Other const& b) {
    return *this = *this / b;
  }

  friend Element sqrt(Element const& a) { return {detail::raw_sqrt(a.raw)}; }
  friend Element abs(Element const& a) { return {detail::raw_abs(a.raw)}; }
  friend Element sign(Element const& a) { return {detail::raw_sign(a.raw)}; }
  /// log(1 + exp(beta*a)) / beta, one float after the other.
  friend Element softplus(Element const& a, double beta) { return {detail::raw_softplus(a.raw, beta)}; }

 private:
  static auto number(double x, Element const& like) { return detail::raw_number(x, like.raw); }
};

}  // namespace fastxx
