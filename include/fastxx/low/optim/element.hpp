#pragma once

#include <fastxx/low/optim/lanes.hpp>
#include <fastxx/low/torch/tensor.hpp>

namespace fastxx {

namespace detail {

inline Tensor raw_sqrt(Tensor const& x) { return x.sqrt(); }
inline Tensor raw_abs(Tensor const& x) { return x.abs(); }
inline Tensor raw_sign(Tensor const& x) { return x.sign(); }
inline Tensor raw_softplus(Tensor const& x, double beta) {
  return x.clamp_min(0).add(x.abs().mul(-beta).exp().log1p().div(beta));
}

template <class Other>
Tensor raw_add(Tensor const& a, Other const& b) {
  return a.add(b);
}
template <class Other>
Tensor raw_sub(Tensor const& a, Other const& b) {
  return a.sub(b);
}
template <class Other>
Tensor raw_mul(Tensor const& a, Other const& b) {
  return a.mul(b);
}
template <class Other>
Tensor raw_div(Tensor const& a, Other const& b) {
  return a.div(b);
}

inline double raw_number(double x, Tensor const&) { return x; }

}  // namespace detail

/// The value an optimizer's formula is written for: some floats of a parameter side by side, or the whole tensor.
///
/// A formula uses + - * / += -= *= /=, numbers on either side, sqrt, abs, sign and softplus, and works for both. It behaves like
/// a number: assigning or changing a copy never changes the original (libtorch's own += would).
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
