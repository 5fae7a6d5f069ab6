#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/semantic.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

namespace fastxx {

namespace detail {

// Stack or concatenate, under the items' own type and with the first one's metadata.
template <class T, class Join>
T join(std::vector<T> const& tensors, char const* call, Join join_plain) {
  if (tensors.empty())
    throw tensor_error(
        std::string(call) + ".empty",
        {.call = call, .expected = "at least one tensor", .got = "none", .fix = "check for an empty list before"});
  T joined(join_plain(std::vector<Tensor>(tensors.begin(), tensors.end())));
  if constexpr (SemanticTensor<T>) joined.set_meta(tensors.front());
  return joined;
}

// The result of a function of one tensor under that tensor's type.
template <class T>
T like(Tensor result, T const& source) {
  T typed(std::move(result));
  if constexpr (SemanticTensor<T>) typed.set_meta(source);
  return typed;
}

}  // namespace detail

/// Join tensors of one shape along a new dimension; they keep their type, and the first one's metadata.
///
/// Shapes:  n of shape S -> (n, S) with dim 0
/// Errors:  tensor_error [stack.empty]; libtorch's own for unequal shapes
/// Source:  PyTorch stack on fastai 2.7.18's TensorBase (L-25)
/// Example: examples/doc/tensor_metadata.cpp
template <std::derived_from<Tensor> T>
T stack(std::vector<T> const& tensors, std::int64_t dim = 0) {
  return detail::join(tensors, "stack", [dim](std::vector<Tensor> const& plain) { return detail::stack(plain, dim); });
}

/// Join tensors along a dimension they have; they keep their type, and the first one's metadata.
///
/// Shapes:  (n1, S), (n2, S), ... -> (n1 + n2 + ..., S) with dim 0
/// Errors:  tensor_error [cat.empty]; libtorch's own for shapes that do not fit
/// Source:  PyTorch cat on fastai 2.7.18's TensorBase (L-25)
/// Example: examples/doc/tensor_metadata.cpp
template <std::derived_from<Tensor> T>
T cat(std::vector<T> const& tensors, std::int64_t dim = 0) {
  return detail::join(tensors, "cat", [dim](std::vector<Tensor> const& plain) { return detail::cat(plain, dim); });
}

/// A curve by its corners, under numpy's names: `{.xp = breaks, .fp = values}`.
struct Curve {
  Tensor xp;  ///< increasing
  Tensor fp;  ///< as many
};

/// The curve's height at each x: linear between its corners, going on with the end slopes outside.
///
/// Shapes:  x any -> same; xp, fp (n) with n >= 2
/// Runs:    on one device, in memory x times n; differentiable
/// Errors:  tensor_error [interp_1d.shape], [interp_1d.order]
/// Source:  fastai 2.7.18 torch_core.py interp_1d; differs: x of any shape, a curve that goes back is an error
/// Example: examples/doc/tensor_functions.cpp
template <std::derived_from<Tensor> T>
T interp_1d(T const& x, Curve const& curve) {
  Tensor const &xp = curve.xp, &fp = curve.fp, &points = x;
  if (xp.dim() != 1 || fp.dim() != 1 || xp.size(0) != fp.size(0) || xp.size(0) < 2)
    throw tensor_error("interp_1d.shape",
                       {.call = "interp_1d",
                        .expected = "xp and fp of one dimension and one length, 2 or more",
                        .got = detail::shape_text(xp.sizes()) + " and " + detail::shape_text(fp.sizes())});
  Tensor const widths = xp.diff();
  if (!widths.gt(0).all().item<bool>())
    throw tensor_error("interp_1d.order", {.call = "interp_1d",
                                           .expected = "xp that increases from each number to the next",
                                           .got = "one that does not",
                                           .fix = "sort the corners and remove double ones"});
  Tensor const slopes = fp.diff().div(widths);
  Tensor const starts = fp.narrow(0, 0, slopes.size(0)).sub(slopes.mul(xp.narrow(0, 0, slopes.size(0))));
  Tensor const piece = points.unsqueeze(-1).ge(xp).sum(-1).sub(1).clamp(0, slopes.size(0) - 1);
  Tensor const flat = piece.reshape({-1});
  auto at_points = [&](Tensor const& of_pieces) { return of_pieces.index_select(0, flat).view(piece.sizes()); };
  return detail::like<T>(at_points(slopes).mul(points).add(at_points(starts)), x);
}

/// The rows' coordinates along the k directions in which they differ most (the sign of each is arbitrary).
///
/// Shapes:  (n,d) -> (n,k)
/// Dtypes:  floating
/// Errors:  tensor_error [pca.shape] when x is not a matrix or k is more than n or d
/// Source:  fastai 2.7.18 torch_core.py pca (L-43)
/// Example: examples/doc/tensor_functions.cpp
template <std::derived_from<Tensor> T>
T pca(T const& x, std::int64_t k = 2) {
  Tensor const& rows = x;
  if (rows.dim() != 2 || k < 1 || k > rows.size(0) || k > rows.size(1))
    throw tensor_error("pca.shape", {.call = "pca",
                                     .expected = "a matrix with at least k = " + std::to_string(k) +
                                                 " rows and columns, and k of 1 or more",
                                     .got = detail::shape_text(rows.sizes())});
  Tensor const centred = rows.sub(rows.mean({0}));
  auto const [u, s, v] = centred.t().svd();
  return detail::like<T>(centred.mm(u.narrow(1, 0, k)), x);
}

/// Probabilities to scores, the inverse of the sigmoid; 0 and 1 are moved inside by 1e-7.
///
/// Shapes:  any -> same
/// Dtypes:  floating
/// Source:  fastai 2.7.18 torch_core.py logit
/// Example: examples/doc/tensor_functions.cpp
struct logit_t {
  template <std::derived_from<Tensor> T>
  T operator()(T const& x) const {
    Tensor const inside = static_cast<Tensor const&>(x).clamp(1e-7, 1 - 1e-7);
    return detail::like<T>(inside.reciprocal().sub(1).log().neg(), x);
  }
};
inline constexpr logit_t logit{};  // an object, so that at::logit is no candidate

/// Whether two tensors have one shape and equal elements, whatever their types and dtypes; NaN equals nothing.
///
/// Source:  fastai 2.7.18 torch_core.py Tensor.__array_eq__ (L-43); differs: another shape or dtype is no error
/// Example: examples/doc/tensor_functions.cpp
bool all_equal(Tensor const& a, Tensor const& b);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/tensor/functions.ipp>
#endif
