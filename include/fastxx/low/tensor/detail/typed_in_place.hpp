#pragma once

#include <fastxx/low/tensor/mixing.hpp>

#include <cstdint>
#include <utility>

namespace fastxx::detail {

// Methods that change the data and give back the tensor itself, under its type.
template <class Self, class Base>
class TypedInPlace : public Base {
 public:
  using Base::Base;
  TypedInPlace() = default;
  explicit TypedInPlace(Tensor tensor) : Base(std::move(tensor)) {}

  Self const& abs_() const { return this->changed(Tensor::abs_()); }
  Self const& absolute_() const { return this->changed(Tensor::absolute_()); }
  Self const& sgn_() const { return this->changed(Tensor::sgn_()); }
  Self const& acos_() const { return this->changed(Tensor::acos_()); }
  Self const& arccos_() const { return this->changed(Tensor::arccos_()); }
  Self const& add_(auto const&... args) const { return this->changed(Tensor::add_(args...), args...); }
  Self const& addmv_(auto const&... args) const { return this->changed(Tensor::addmv_(args...), args...); }
  Self const& addr_(auto const&... args) const { return this->changed(Tensor::addr_(args...), args...); }
  Self const& acosh_() const { return this->changed(Tensor::acosh_()); }
  Self const& arccosh_() const { return this->changed(Tensor::arccosh_()); }
  Self const& asinh_() const { return this->changed(Tensor::asinh_()); }
  Self const& arcsinh_() const { return this->changed(Tensor::arcsinh_()); }
  Self const& atanh_() const { return this->changed(Tensor::atanh_()); }
  Self const& arctanh_() const { return this->changed(Tensor::arctanh_()); }
  Self const& asin_() const { return this->changed(Tensor::asin_()); }
  Self const& arcsin_() const { return this->changed(Tensor::arcsin_()); }
  Self const& atan_() const { return this->changed(Tensor::atan_()); }
  Self const& arctan_() const { return this->changed(Tensor::arctan_()); }
  Self const& baddbmm_(auto const&... args) const { return this->changed(Tensor::baddbmm_(args...), args...); }
  Self const& bernoulli_(auto const&... args) const { return this->changed(Tensor::bernoulli_(args...), args...); }
  Self const& bitwise_not_() const { return this->changed(Tensor::bitwise_not_()); }
  Self const& copysign_(auto const&... args) const { return this->changed(Tensor::copysign_(args...), args...); }
  Self const& logical_not_() const { return this->changed(Tensor::logical_not_()); }
  Self const& logical_xor_(auto const&... args) const { return this->changed(Tensor::logical_xor_(args...), args...); }
  Self const& logical_and_(auto const&... args) const { return this->changed(Tensor::logical_and_(args...), args...); }
  Self const& logical_or_(auto const&... args) const { return this->changed(Tensor::logical_or_(args...), args...); }
  Self const& ceil_() const { return this->changed(Tensor::ceil_()); }
  Self const& clamp_(auto const&... args) const { return this->changed(Tensor::clamp_(args...), args...); }
  Self const& clamp_max_(auto const&... args) const { return this->changed(Tensor::clamp_max_(args...), args...); }
  Self const& clamp_min_(auto const&... args) const { return this->changed(Tensor::clamp_min_(args...), args...); }
  Self const& clip_(auto const&... args) const { return this->changed(Tensor::clip_(args...), args...); }
  Self const& copy_(auto const&... args) const { return this->changed(Tensor::copy_(args...), args...); }
  Self const& cos_() const { return this->changed(Tensor::cos_()); }
  Self const& cosh_() const { return this->changed(Tensor::cosh_()); }
  Self const& cumprod_(auto const&... args) const { return this->changed(Tensor::cumprod_(args...), args...); }
  Self const& cumsum_(auto const&... args) const { return this->changed(Tensor::cumsum_(args...), args...); }
  Self const& fill_diagonal_(auto const&... args) const {
    return this->changed(Tensor::fill_diagonal_(args...), args...);
  }
  Self const& div_(auto const&... args) const { return this->changed(Tensor::div_(args...), args...); }
  Self const& divide_(auto const&... args) const { return this->changed(Tensor::divide_(args...), args...); }
  Self const& true_divide_(auto const&... args) const { return this->changed(Tensor::true_divide_(args...), args...); }
  Self const& erf_() const { return this->changed(Tensor::erf_()); }
  Self const& erfc_() const { return this->changed(Tensor::erfc_()); }
  Self const& exp_() const { return this->changed(Tensor::exp_()); }
  Self const& exp2_() const { return this->changed(Tensor::exp2_()); }
  Self const& expm1_() const { return this->changed(Tensor::expm1_()); }
  Self const& fill_(auto const&... args) const { return this->changed(Tensor::fill_(args...), args...); }
  Self const& floor_() const { return this->changed(Tensor::floor_()); }
  Self const& floor_divide_(auto const&... args) const {
    return this->changed(Tensor::floor_divide_(args...), args...);
  }
  Self const& frac_() const { return this->changed(Tensor::frac_()); }
  Self const& gcd_(auto const&... args) const { return this->changed(Tensor::gcd_(args...), args...); }
  Self const& lcm_(auto const&... args) const { return this->changed(Tensor::lcm_(args...), args...); }
  Self const& index_copy_(auto const&... args) const { return this->changed(Tensor::index_copy_(args...), args...); }
  Self const& nan_to_num_(auto const&... args) const { return this->changed(Tensor::nan_to_num_(args...), args...); }
  Self const& ldexp_(auto const&... args) const { return this->changed(Tensor::ldexp_(args...), args...); }
  Self const& log_() const { return this->changed(Tensor::log_()); }
  Self const& log10_() const { return this->changed(Tensor::log10_()); }
  Self const& log1p_() const { return this->changed(Tensor::log1p_()); }
  Self const& log2_() const { return this->changed(Tensor::log2_()); }
  Self const& xlogy_(auto const&... args) const { return this->changed(Tensor::xlogy_(args...), args...); }
  Self const& mul_(auto const&... args) const { return this->changed(Tensor::mul_(args...), args...); }
  Self const& multiply_(auto const&... args) const { return this->changed(Tensor::multiply_(args...), args...); }
  Self const& mvlgamma_(auto const&... args) const { return this->changed(Tensor::mvlgamma_(args...), args...); }
  Self const& rad2deg_() const { return this->changed(Tensor::rad2deg_()); }
  Self const& deg2rad_() const { return this->changed(Tensor::deg2rad_()); }
  Self const& reciprocal_() const { return this->changed(Tensor::reciprocal_()); }
  Self const& neg_() const { return this->changed(Tensor::neg_()); }
  Self const& negative_() const { return this->changed(Tensor::negative_()); }
  Self const& round_(auto const&... args) const { return this->changed(Tensor::round_(args...), args...); }
  Self const& relu_() const { return this->changed(Tensor::relu_()); }
  Self const& rsqrt_() const { return this->changed(Tensor::rsqrt_()); }
  Self const& sigmoid_() const { return this->changed(Tensor::sigmoid_()); }
  Self const& logit_(auto const&... args) const { return this->changed(Tensor::logit_(args...), args...); }
  Self const& sin_() const { return this->changed(Tensor::sin_()); }
  Self const& sinc_() const { return this->changed(Tensor::sinc_()); }
  Self const& sinh_() const { return this->changed(Tensor::sinh_()); }
  Self const& detach_() const { return this->changed(Tensor::detach_()); }
  Self const& squeeze_(auto const&... args) const { return this->changed(Tensor::squeeze_(args...), args...); }
  Self const& sqrt_() const { return this->changed(Tensor::sqrt_()); }
  Self const& square_() const { return this->changed(Tensor::square_()); }
  Self const& t_() const { return this->changed(Tensor::t_()); }
  Self const& tan_() const { return this->changed(Tensor::tan_()); }
  Self const& tanh_() const { return this->changed(Tensor::tanh_()); }
  Self const& transpose_(auto const&... args) const { return this->changed(Tensor::transpose_(args...), args...); }
  Self const& trunc_() const { return this->changed(Tensor::trunc_()); }
  Self const& fix_() const { return this->changed(Tensor::fix_()); }
  Self const& unsqueeze_(auto const&... args) const { return this->changed(Tensor::unsqueeze_(args...), args...); }
  Self const& zero_() const { return this->changed(Tensor::zero_()); }
  Self const& sub_(auto const&... args) const { return this->changed(Tensor::sub_(args...), args...); }
  Self const& subtract_(auto const&... args) const { return this->changed(Tensor::subtract_(args...), args...); }
  Self const& heaviside_(auto const&... args) const { return this->changed(Tensor::heaviside_(args...), args...); }
  Self const& addmm_(auto const&... args) const { return this->changed(Tensor::addmm_(args...), args...); }
  Self const& masked_fill_(auto const&... args) const { return this->changed(Tensor::masked_fill_(args...), args...); }
  Self const& masked_scatter_(auto const&... args) const {
    return this->changed(Tensor::masked_scatter_(args...), args...);
  }
  Self const& put_(auto const&... args) const { return this->changed(Tensor::put_(args...), args...); }
  Self const& index_add_(auto const&... args) const { return this->changed(Tensor::index_add_(args...), args...); }
  Self const& index_reduce_(auto const&... args) const {
    return this->changed(Tensor::index_reduce_(args...), args...);
  }
  Self const& index_fill_(auto const&... args) const { return this->changed(Tensor::index_fill_(args...), args...); }
  Self const& scatter_(auto const&... args) const { return this->changed(Tensor::scatter_(args...), args...); }
  Self const& scatter_add_(auto const&... args) const { return this->changed(Tensor::scatter_add_(args...), args...); }
  Self const& scatter_reduce_(auto const&... args) const {
    return this->changed(Tensor::scatter_reduce_(args...), args...);
  }
  Self const& eq_(auto const&... args) const { return this->changed(Tensor::eq_(args...), args...); }
  Self const& bitwise_and_(auto const&... args) const { return this->changed(Tensor::bitwise_and_(args...), args...); }
  Self const& bitwise_or_(auto const&... args) const { return this->changed(Tensor::bitwise_or_(args...), args...); }
  Self const& bitwise_xor_(auto const&... args) const { return this->changed(Tensor::bitwise_xor_(args...), args...); }
  Self const& bitwise_left_shift_(auto const&... args) const {
    return this->changed(Tensor::bitwise_left_shift_(args...), args...);
  }
  Self const& bitwise_right_shift_(auto const&... args) const {
    return this->changed(Tensor::bitwise_right_shift_(args...), args...);
  }
  Self const& tril_(auto const&... args) const { return this->changed(Tensor::tril_(args...), args...); }
  Self const& triu_(auto const&... args) const { return this->changed(Tensor::triu_(args...), args...); }
  Self const& digamma_() const { return this->changed(Tensor::digamma_()); }
  Self const& lerp_(auto const&... args) const { return this->changed(Tensor::lerp_(args...), args...); }
  Self const& addbmm_(auto const&... args) const { return this->changed(Tensor::addbmm_(args...), args...); }
  Self const& random_(auto const&... args) const { return this->changed(Tensor::random_(args...), args...); }
  Self const& uniform_(auto const&... args) const { return this->changed(Tensor::uniform_(args...), args...); }
  Self const& cauchy_(auto const&... args) const { return this->changed(Tensor::cauchy_(args...), args...); }
  Self const& log_normal_(auto const&... args) const { return this->changed(Tensor::log_normal_(args...), args...); }
  Self const& exponential_(auto const&... args) const { return this->changed(Tensor::exponential_(args...), args...); }
  Self const& geometric_(auto const&... args) const { return this->changed(Tensor::geometric_(args...), args...); }
  Self const& ne_(auto const&... args) const { return this->changed(Tensor::ne_(args...), args...); }
  Self const& not_equal_(auto const&... args) const { return this->changed(Tensor::not_equal_(args...), args...); }
  Self const& ge_(auto const&... args) const { return this->changed(Tensor::ge_(args...), args...); }
  Self const& greater_equal_(auto const&... args) const {
    return this->changed(Tensor::greater_equal_(args...), args...);
  }
  Self const& le_(auto const&... args) const { return this->changed(Tensor::le_(args...), args...); }
  Self const& less_equal_(auto const&... args) const { return this->changed(Tensor::less_equal_(args...), args...); }
  Self const& gt_(auto const&... args) const { return this->changed(Tensor::gt_(args...), args...); }
  Self const& greater_(auto const&... args) const { return this->changed(Tensor::greater_(args...), args...); }
  Self const& lt_(auto const&... args) const { return this->changed(Tensor::lt_(args...), args...); }
  Self const& less_(auto const&... args) const { return this->changed(Tensor::less_(args...), args...); }
  Self const& addcmul_(auto const&... args) const { return this->changed(Tensor::addcmul_(args...), args...); }
  Self const& addcdiv_(auto const&... args) const { return this->changed(Tensor::addcdiv_(args...), args...); }
  Self const& swapaxes_(auto const&... args) const { return this->changed(Tensor::swapaxes_(args...), args...); }
  Self const& swapdims_(auto const&... args) const { return this->changed(Tensor::swapdims_(args...), args...); }
  Self const& lgamma_() const { return this->changed(Tensor::lgamma_()); }
  Self const& polygamma_(auto const&... args) const { return this->changed(Tensor::polygamma_(args...), args...); }
  Self const& erfinv_() const { return this->changed(Tensor::erfinv_()); }
  Self const& i0_() const { return this->changed(Tensor::i0_()); }
  Self const& sign_() const { return this->changed(Tensor::sign_()); }
  Self const& atan2_(auto const&... args) const { return this->changed(Tensor::atan2_(args...), args...); }
  Self const& arctan2_(auto const&... args) const { return this->changed(Tensor::arctan2_(args...), args...); }
  Self const& fmod_(auto const&... args) const { return this->changed(Tensor::fmod_(args...), args...); }
  Self const& hypot_(auto const&... args) const { return this->changed(Tensor::hypot_(args...), args...); }
  Self const& igamma_(auto const&... args) const { return this->changed(Tensor::igamma_(args...), args...); }
  Self const& igammac_(auto const&... args) const { return this->changed(Tensor::igammac_(args...), args...); }
  Self const& nextafter_(auto const&... args) const { return this->changed(Tensor::nextafter_(args...), args...); }
  Self const& remainder_(auto const&... args) const { return this->changed(Tensor::remainder_(args...), args...); }
  Self const& renorm_(auto const&... args) const { return this->changed(Tensor::renorm_(args...), args...); }
  Self const& pow_(auto const&... args) const { return this->changed(Tensor::pow_(args...), args...); }
  Self const& float_power_(auto const&... args) const { return this->changed(Tensor::float_power_(args...), args...); }
  Self const& normal_(auto const&... args) const { return this->changed(Tensor::normal_(args...), args...); }

  Self& operator+=(auto const& other) { return own(add_(other)); }
  Self& operator-=(auto const& other) { return own(sub_(other)); }
  Self& operator*=(auto const& other) { return own(mul_(other)); }
  Self& operator/=(auto const& other) { return own(div_(other)); }
  Self& operator&=(auto const& other) { return own(bitwise_and_(other)); }
  Self& operator|=(auto const& other) { return own(bitwise_or_(other)); }
  Self& operator^=(auto const& other) { return own(bitwise_xor_(other)); }

 private:
  Self& own(Self const&) { return static_cast<Self&>(*this); }
};

}  // namespace fastxx::detail
