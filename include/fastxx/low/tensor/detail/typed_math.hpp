#pragma once

#include <fastxx/low/tensor/mixing.hpp>

#include <cstdint>
#include <utility>

namespace fastxx::detail {

// Arithmetic, comparisons and reductions that keep the type. One line a method: what libtorch gives, under our type.
template <class Self, class Base>
class TypedMath : public Base {
 public:
  using Base::Base;
  TypedMath() = default;
  explicit TypedMath(Tensor tensor) : Base(std::move(tensor)) {}

  Self conj() const { return this->keep(Tensor::conj()); }
  Self abs() const { return this->keep(Tensor::abs()); }
  Self absolute() const { return this->keep(Tensor::absolute()); }
  Self angle() const { return this->keep(Tensor::angle()); }
  Self sgn() const { return this->keep(Tensor::sgn()); }
  Self acos() const { return this->keep(Tensor::acos()); }
  Self arccos() const { return this->keep(Tensor::arccos()); }
  Self acosh() const { return this->keep(Tensor::acosh()); }
  Self arccosh() const { return this->keep(Tensor::arccosh()); }
  Self asinh() const { return this->keep(Tensor::asinh()); }
  Self arcsinh() const { return this->keep(Tensor::arcsinh()); }
  Self atanh() const { return this->keep(Tensor::atanh()); }
  Self arctanh() const { return this->keep(Tensor::arctanh()); }
  Self asin() const { return this->keep(Tensor::asin()); }
  Self arcsin() const { return this->keep(Tensor::arcsin()); }
  Self atan() const { return this->keep(Tensor::atan()); }
  Self arctan() const { return this->keep(Tensor::arctan()); }
  Self bitwise_not() const { return this->keep(Tensor::bitwise_not()); }
  Self logical_not() const { return this->keep(Tensor::logical_not()); }
  Self ceil() const { return this->keep(Tensor::ceil()); }
  Self cos() const { return this->keep(Tensor::cos()); }
  Self cosh() const { return this->keep(Tensor::cosh()); }
  Self corrcoef() const { return this->keep(Tensor::corrcoef()); }
  Self erf() const { return this->keep(Tensor::erf()); }
  Self erfc() const { return this->keep(Tensor::erfc()); }
  Self exp() const { return this->keep(Tensor::exp()); }
  Self exp2() const { return this->keep(Tensor::exp2()); }
  Self expm1() const { return this->keep(Tensor::expm1()); }
  Self floor() const { return this->keep(Tensor::floor()); }
  Self frac() const { return this->keep(Tensor::frac()); }
  Self isnan() const { return this->keep(Tensor::isnan()); }
  Self isreal() const { return this->keep(Tensor::isreal()); }
  Self log() const { return this->keep(Tensor::log()); }
  Self log10() const { return this->keep(Tensor::log10()); }
  Self log1p() const { return this->keep(Tensor::log1p()); }
  Self log2() const { return this->keep(Tensor::log2()); }
  Self matrix_exp() const { return this->keep(Tensor::matrix_exp()); }
  Self rad2deg() const { return this->keep(Tensor::rad2deg()); }
  Self deg2rad() const { return this->keep(Tensor::deg2rad()); }
  Self reciprocal() const { return this->keep(Tensor::reciprocal()); }
  Self neg() const { return this->keep(Tensor::neg()); }
  Self negative() const { return this->keep(Tensor::negative()); }
  Self relu() const { return this->keep(Tensor::relu()); }
  Self rsqrt() const { return this->keep(Tensor::rsqrt()); }
  Self sigmoid() const { return this->keep(Tensor::sigmoid()); }
  Self sin() const { return this->keep(Tensor::sin()); }
  Self sinc() const { return this->keep(Tensor::sinc()); }
  Self sinh() const { return this->keep(Tensor::sinh()); }
  Self sqrt() const { return this->keep(Tensor::sqrt()); }
  Self square() const { return this->keep(Tensor::square()); }
  Self tan() const { return this->keep(Tensor::tan()); }
  Self tanh() const { return this->keep(Tensor::tanh()); }
  Self trunc() const { return this->keep(Tensor::trunc()); }
  Self fix() const { return this->keep(Tensor::fix()); }
  auto frexp() const { return this->keep(Tensor::frexp()); }
  Self positive() const { return this->keep(Tensor::positive()); }
  Self trace() const { return this->keep(Tensor::trace()); }
  Self nonzero() const { return this->keep(Tensor::nonzero()); }
  Self argwhere() const { return this->keep(Tensor::argwhere()); }
  Self lgamma() const { return this->keep(Tensor::lgamma()); }
  Self digamma() const { return this->keep(Tensor::digamma()); }
  Self erfinv() const { return this->keep(Tensor::erfinv()); }
  Self i0() const { return this->keep(Tensor::i0()); }
  Self sign() const { return this->keep(Tensor::sign()); }
  Self signbit() const { return this->keep(Tensor::signbit()); }
  Self msort() const { return this->keep(Tensor::msort()); }
  Self isfinite() const { return this->keep(Tensor::isfinite()); }
  Self isinf() const { return this->keep(Tensor::isinf()); }
  Self isposinf() const { return this->keep(Tensor::isposinf()); }
  Self isneginf() const { return this->keep(Tensor::isneginf()); }
  Self det() const { return this->keep(Tensor::det()); }
  auto slogdet() const { return this->keep(Tensor::slogdet()); }
  Self logdet() const { return this->keep(Tensor::logdet()); }
  Self inverse() const { return this->keep(Tensor::inverse()); }

  Self operator-() const { return neg(); }
  Self operator~() const { return bitwise_not(); }

  auto add(auto const&... args) const { return this->keep(Tensor::add(args...), args...); }
  auto addmv(auto const&... args) const { return this->keep(Tensor::addmv(args...), args...); }
  auto addr(auto const&... args) const { return this->keep(Tensor::addr(args...), args...); }
  auto all(auto const&... args) const { return this->keep(Tensor::all(args...), args...); }
  auto any(auto const&... args) const { return this->keep(Tensor::any(args...), args...); }
  auto argmax(auto const&... args) const { return this->keep(Tensor::argmax(args...), args...); }
  auto argmin(auto const&... args) const { return this->keep(Tensor::argmin(args...), args...); }
  auto baddbmm(auto const&... args) const { return this->keep(Tensor::baddbmm(args...), args...); }
  auto bernoulli(auto const&... args) const { return this->keep(Tensor::bernoulli(args...), args...); }
  auto bincount(auto const&... args) const { return this->keep(Tensor::bincount(args...), args...); }
  auto copysign(auto const&... args) const { return this->keep(Tensor::copysign(args...), args...); }
  auto logical_xor(auto const&... args) const { return this->keep(Tensor::logical_xor(args...), args...); }
  auto logical_and(auto const&... args) const { return this->keep(Tensor::logical_and(args...), args...); }
  auto logical_or(auto const&... args) const { return this->keep(Tensor::logical_or(args...), args...); }
  auto bmm(auto const&... args) const { return this->keep(Tensor::bmm(args...), args...); }
  auto clamp(auto const&... args) const { return this->keep(Tensor::clamp(args...), args...); }
  auto clamp_max(auto const&... args) const { return this->keep(Tensor::clamp_max(args...), args...); }
  auto clamp_min(auto const&... args) const { return this->keep(Tensor::clamp_min(args...), args...); }
  auto clip(auto const&... args) const { return this->keep(Tensor::clip(args...), args...); }
  auto cov(auto const&... args) const { return this->keep(Tensor::cov(args...), args...); }
  auto cummax(auto const&... args) const { return this->keep(Tensor::cummax(args...), args...); }
  auto cummin(auto const&... args) const { return this->keep(Tensor::cummin(args...), args...); }
  auto cumprod(auto const&... args) const { return this->keep(Tensor::cumprod(args...), args...); }
  auto cumsum(auto const&... args) const { return this->keep(Tensor::cumsum(args...), args...); }
  auto diff(auto const&... args) const { return this->keep(Tensor::diff(args...), args...); }
  auto div(auto const&... args) const { return this->keep(Tensor::div(args...), args...); }
  auto divide(auto const&... args) const { return this->keep(Tensor::divide(args...), args...); }
  auto true_divide(auto const&... args) const { return this->keep(Tensor::true_divide(args...), args...); }
  auto dot(auto const&... args) const { return this->keep(Tensor::dot(args...), args...); }
  auto vdot(auto const&... args) const { return this->keep(Tensor::vdot(args...), args...); }
  auto floor_divide(auto const&... args) const { return this->keep(Tensor::floor_divide(args...), args...); }
  auto gcd(auto const&... args) const { return this->keep(Tensor::gcd(args...), args...); }
  auto lcm(auto const&... args) const { return this->keep(Tensor::lcm(args...), args...); }
  auto isclose(auto const&... args) const { return this->keep(Tensor::isclose(args...), args...); }
  auto kron(auto const&... args) const { return this->keep(Tensor::kron(args...), args...); }
  auto kthvalue(auto const&... args) const { return this->keep(Tensor::kthvalue(args...), args...); }
  auto nan_to_num(auto const&... args) const { return this->keep(Tensor::nan_to_num(args...), args...); }
  auto ldexp(auto const&... args) const { return this->keep(Tensor::ldexp(args...), args...); }
  auto logaddexp(auto const&... args) const { return this->keep(Tensor::logaddexp(args...), args...); }
  auto logaddexp2(auto const&... args) const { return this->keep(Tensor::logaddexp2(args...), args...); }
  auto xlogy(auto const&... args) const { return this->keep(Tensor::xlogy(args...), args...); }
  auto log_softmax(auto const&... args) const { return this->keep(Tensor::log_softmax(args...), args...); }
  auto logcumsumexp(auto const&... args) const { return this->keep(Tensor::logcumsumexp(args...), args...); }
  auto matmul(auto const&... args) const { return this->keep(Tensor::matmul(args...), args...); }
  auto matrix_power(auto const&... args) const { return this->keep(Tensor::matrix_power(args...), args...); }
  auto aminmax(auto const&... args) const { return this->keep(Tensor::aminmax(args...), args...); }
  auto max(auto const&... args) const { return this->keep(Tensor::max(args...), args...); }
  auto median(auto const&... args) const { return this->keep(Tensor::median(args...), args...); }
  auto nanmedian(auto const&... args) const { return this->keep(Tensor::nanmedian(args...), args...); }
  auto min(auto const&... args) const { return this->keep(Tensor::min(args...), args...); }
  auto mm(auto const&... args) const { return this->keep(Tensor::mm(args...), args...); }
  auto mode(auto const&... args) const { return this->keep(Tensor::mode(args...), args...); }
  auto mul(auto const&... args) const { return this->keep(Tensor::mul(args...), args...); }
  auto multiply(auto const&... args) const { return this->keep(Tensor::multiply(args...), args...); }
  auto mv(auto const&... args) const { return this->keep(Tensor::mv(args...), args...); }
  auto mvlgamma(auto const&... args) const { return this->keep(Tensor::mvlgamma(args...), args...); }
  auto pinverse(auto const&... args) const { return this->keep(Tensor::pinverse(args...), args...); }
  auto round(auto const&... args) const { return this->keep(Tensor::round(args...), args...); }
  auto prelu(auto const&... args) const { return this->keep(Tensor::prelu(args...), args...); }
  auto hardshrink(auto const&... args) const { return this->keep(Tensor::hardshrink(args...), args...); }
  auto logit(auto const&... args) const { return this->keep(Tensor::logit(args...), args...); }
  auto softmax(auto const&... args) const { return this->keep(Tensor::softmax(args...), args...); }
  auto prod(auto const&... args) const { return this->keep(Tensor::prod(args...), args...); }
  auto sub(auto const&... args) const { return this->keep(Tensor::sub(args...), args...); }
  auto subtract(auto const&... args) const { return this->keep(Tensor::subtract(args...), args...); }
  auto heaviside(auto const&... args) const { return this->keep(Tensor::heaviside(args...), args...); }
  auto addmm(auto const&... args) const { return this->keep(Tensor::addmm(args...), args...); }
  auto bitwise_and(auto const&... args) const { return this->keep(Tensor::bitwise_and(args...), args...); }
  auto bitwise_or(auto const&... args) const { return this->keep(Tensor::bitwise_or(args...), args...); }
  auto bitwise_xor(auto const&... args) const { return this->keep(Tensor::bitwise_xor(args...), args...); }
  auto bitwise_left_shift(auto const&... args) const {
    return this->keep(Tensor::bitwise_left_shift(args...), args...);
  }
  auto bitwise_right_shift(auto const&... args) const {
    return this->keep(Tensor::bitwise_right_shift(args...), args...);
  }
  auto addbmm(auto const&... args) const { return this->keep(Tensor::addbmm(args...), args...); }
  auto cross(auto const&... args) const { return this->keep(Tensor::cross(args...), args...); }
  auto ne(auto const&... args) const { return this->keep(Tensor::ne(args...), args...); }
  auto not_equal(auto const&... args) const { return this->keep(Tensor::not_equal(args...), args...); }
  auto eq(auto const&... args) const { return this->keep(Tensor::eq(args...), args...); }
  auto ge(auto const&... args) const { return this->keep(Tensor::ge(args...), args...); }
  auto greater_equal(auto const&... args) const { return this->keep(Tensor::greater_equal(args...), args...); }
  auto le(auto const&... args) const { return this->keep(Tensor::le(args...), args...); }
  auto less_equal(auto const&... args) const { return this->keep(Tensor::less_equal(args...), args...); }
  auto gt(auto const&... args) const { return this->keep(Tensor::gt(args...), args...); }
  auto greater(auto const&... args) const { return this->keep(Tensor::greater(args...), args...); }
  auto lt(auto const&... args) const { return this->keep(Tensor::lt(args...), args...); }
  auto less(auto const&... args) const { return this->keep(Tensor::less(args...), args...); }
  auto addcmul(auto const&... args) const { return this->keep(Tensor::addcmul(args...), args...); }
  auto addcdiv(auto const&... args) const { return this->keep(Tensor::addcdiv(args...), args...); }
  auto svd(auto const&... args) const { return this->keep(Tensor::svd(args...), args...); }
  auto multinomial(auto const&... args) const { return this->keep(Tensor::multinomial(args...), args...); }
  auto polygamma(auto const&... args) const { return this->keep(Tensor::polygamma(args...), args...); }
  auto dist(auto const&... args) const { return this->keep(Tensor::dist(args...), args...); }
  auto atan2(auto const&... args) const { return this->keep(Tensor::atan2(args...), args...); }
  auto arctan2(auto const&... args) const { return this->keep(Tensor::arctan2(args...), args...); }
  auto lerp(auto const&... args) const { return this->keep(Tensor::lerp(args...), args...); }
  auto histc(auto const&... args) const { return this->keep(Tensor::histc(args...), args...); }
  auto histogram(auto const&... args) const { return this->keep(Tensor::histogram(args...), args...); }
  auto fmod(auto const&... args) const { return this->keep(Tensor::fmod(args...), args...); }
  auto hypot(auto const&... args) const { return this->keep(Tensor::hypot(args...), args...); }
  auto igamma(auto const&... args) const { return this->keep(Tensor::igamma(args...), args...); }
  auto igammac(auto const&... args) const { return this->keep(Tensor::igammac(args...), args...); }
  auto nextafter(auto const&... args) const { return this->keep(Tensor::nextafter(args...), args...); }
  auto remainder(auto const&... args) const { return this->keep(Tensor::remainder(args...), args...); }
  auto fmin(auto const&... args) const { return this->keep(Tensor::fmin(args...), args...); }
  auto fmax(auto const&... args) const { return this->keep(Tensor::fmax(args...), args...); }
  auto maximum(auto const&... args) const { return this->keep(Tensor::maximum(args...), args...); }
  auto minimum(auto const&... args) const { return this->keep(Tensor::minimum(args...), args...); }
  auto quantile(auto const&... args) const { return this->keep(Tensor::quantile(args...), args...); }
  auto nanquantile(auto const&... args) const { return this->keep(Tensor::nanquantile(args...), args...); }
  auto sort(auto const&... args) const { return this->keep(Tensor::sort(args...), args...); }
  auto argsort(auto const&... args) const { return this->keep(Tensor::argsort(args...), args...); }
  auto topk(auto const&... args) const { return this->keep(Tensor::topk(args...), args...); }
  auto renorm(auto const&... args) const { return this->keep(Tensor::renorm(args...), args...); }
  auto pow(auto const&... args) const { return this->keep(Tensor::pow(args...), args...); }
  auto float_power(auto const&... args) const { return this->keep(Tensor::float_power(args...), args...); }
  auto inner(auto const&... args) const { return this->keep(Tensor::inner(args...), args...); }
  auto outer(auto const&... args) const { return this->keep(Tensor::outer(args...), args...); }
  auto ger(auto const&... args) const { return this->keep(Tensor::ger(args...), args...); }

  Self sum() const { return this->keep(Tensor::sum()); }
  Self sum(at::OptionalIntArrayRef dims, bool keepdim = false) const { return this->keep(Tensor::sum(dims, keepdim)); }
  Self nansum() const { return this->keep(Tensor::nansum()); }
  Self nansum(at::OptionalIntArrayRef dims, bool keepdim = false) const {
    return this->keep(Tensor::nansum(dims, keepdim));
  }
  Self mean() const { return this->keep(Tensor::mean()); }
  Self mean(at::OptionalIntArrayRef dims, bool keepdim = false) const {
    return this->keep(Tensor::mean(dims, keepdim));
  }
  Self nanmean() const { return this->keep(Tensor::nanmean()); }
  Self nanmean(at::OptionalIntArrayRef dims, bool keepdim = false) const {
    return this->keep(Tensor::nanmean(dims, keepdim));
  }
  Self std(bool unbiased = true) const { return this->keep(Tensor::std(unbiased)); }
  Self std(at::IntArrayRef dims, bool unbiased = true, bool keepdim = false) const {
    return this->keep(Tensor::std(dims, unbiased, keepdim));
  }
  Self var(bool unbiased = true) const { return this->keep(Tensor::var(unbiased)); }
  Self var(at::IntArrayRef dims, bool unbiased = true, bool keepdim = false) const {
    return this->keep(Tensor::var(dims, unbiased, keepdim));
  }
  Self norm(at::Scalar const& p = 2) const { return this->keep(Tensor::norm(p)); }
  Self norm(at::Scalar const& p, at::IntArrayRef dims, bool keepdim = false) const {
    return this->keep(Tensor::norm(p, dims, keepdim));
  }
  Self amax(at::IntArrayRef dims = {}, bool keepdim = false) const { return this->keep(Tensor::amax(dims, keepdim)); }
  Self amin(at::IntArrayRef dims = {}, bool keepdim = false) const { return this->keep(Tensor::amin(dims, keepdim)); }
  Self logsumexp(at::IntArrayRef dims, bool keepdim = false) const {
    return this->keep(Tensor::logsumexp(dims, keepdim));
  }
  Self count_nonzero() const { return this->keep(Tensor::count_nonzero()); }
  Self count_nonzero(at::IntArrayRef dims) const { return this->keep(Tensor::count_nonzero(dims)); }
};

}  // namespace fastxx::detail
