#pragma once

#include <string_view>

namespace fastxx {

/// What an operation on a semantic tensor gives.
///
/// Source:  fastai 2.7.18 torch_core.py TensorBase.__torch_function__
/// Example: examples/doc/tensor_operations.cpp
enum class Gives {
  own_type,   ///< a tensor of the operands' type (the most derived one of a mix), with the first metadata among them
  own_types,  ///< a tuple or vector of such tensors
  itself,     ///< the tensor that was changed
  plain,      ///< a torch::Tensor without type and metadata
};

/// One row of the table: a call on `x`, a semantic tensor (`y` another of its type, `t` plain, `i` plain indices).
struct TensorOperation {
  std::string_view call;
  Gives gives;
};

/// Which operation gives what. The rule behind it is fastai's: members and operators keep the type, comparisons,
/// reductions and indices too. Where C++ differs: at:: functions see a torch::Tensor and give one; so do members of a
/// plain tensor (t.add(x)), gradients, and the members about sparse, quantised and named tensors and factorisations.
///
/// Source:  fastai 2.7.18 torch_core.py TensorBase.__torch_function__
/// Example: examples/doc/tensor_operations.cpp
inline constexpr TensorOperation tensor_operations[] = {
    // copies and moves
    {"x.clone()", Gives::own_type},
    {"x.detach()", Gives::own_type},
    {"x.data()", Gives::own_type},
    {"x.contiguous()", Gives::own_type},
    {"x.cpu()", Gives::own_type},
    {"x.to(at::kDouble)", Gives::own_type},
    {"x.to(at::Device(at::kCPU), at::kByte)", Gives::own_type},
    {"x.to(t)", Gives::own_type},
    {"x.type_as(t)", Gives::own_type},
    {"x.new_zeros({2})", Gives::own_type},
    {"x.new_ones({2})", Gives::own_type},
    {"x.new_full({2}, 7)", Gives::own_type},
    {"x.new_empty({0})", Gives::own_type},
    // shapes
    {"x.view({4, 3})", Gives::own_type},
    {"x.view(at::kInt)", Gives::own_type},
    {"x.view_as(t)", Gives::own_type},
    {"x.reshape({2, 6})", Gives::own_type},
    {"x.reshape(-1)", Gives::own_type},
    {"x.expand({2, 3, 2, 2})", Gives::own_type},
    {"x.expand_as(t)", Gives::own_type},
    {"x.permute({1, 2, 0})", Gives::own_type},
    {"x.movedim(0, -1)", Gives::own_type},
    {"x.transpose(0, 1)", Gives::own_type},
    {"x.flip({2})", Gives::own_type},
    {"x.roll({1}, {0})", Gives::own_type},
    {"x.rot90()", Gives::own_type},
    {"x.repeat({2, 1, 1})", Gives::own_type},
    {"x.unsqueeze(0)", Gives::own_type},
    {"x.unsqueeze(0).squeeze()", Gives::own_type},
    {"x.unsqueeze(0).squeeze(0)", Gives::own_type},
    {"x.flatten()", Gives::own_type},
    {"x.flatten(1)", Gives::own_type},
    {"x.diagonal(0, 1, 2)", Gives::own_type},
    {"x.split(1)", Gives::own_types},
    {"x.split({1, 2})", Gives::own_types},
    {"x.chunk(3)", Gives::own_types},
    {"x.unbind()", Gives::own_types},
    // indexing
    {"x[1]", Gives::own_type},
    {"x.index({i})", Gives::own_type},
    {"x.index({Slice(1), None, Ellipsis, 0})", Gives::own_type},
    {"x.index({x > 5})", Gives::own_type},
    {"x.select(2, 1)", Gives::own_type},
    {"x.narrow(0, 1, 2)", Gives::own_type},
    {"x.slice(0, 0, 3, 2)", Gives::own_type},
    {"x.index_select(0, i)", Gives::own_type},
    {"x.masked_select(x > 5)", Gives::own_type},
    {"x.masked_fill(x > 5, 0)", Gives::own_type},
    {"x.gather(0, x.to(at::kLong).clamp(0, 2))", Gives::own_type},
    {"x.where(x > 5, t)", Gives::own_type},
    {"x.take(i)", Gives::own_type},
    // arithmetic
    {"x + y", Gives::own_type},
    {"x - t", Gives::own_type},
    {"t * x", Gives::own_type},
    {"x / (y + 1)", Gives::own_type},
    {"x % 5", Gives::own_type},
    {"x + 2", Gives::own_type},
    {"x - 2", Gives::own_type},
    {"x * 2.5", Gives::own_type},
    {"x / 2", Gives::own_type},
    {"2 + x", Gives::own_type},
    {"2 - x", Gives::own_type},
    {"2.5 * x", Gives::own_type},
    {"2 / (x + 1)", Gives::own_type},
    {"-x", Gives::own_type},
    {"x.add(y)", Gives::own_type},
    {"x.add(y, 2)", Gives::own_type},
    {"x.sub(t)", Gives::own_type},
    {"x.mul(2)", Gives::own_type},
    {"x.div(y + 1)", Gives::own_type},
    {"x.pow(2)", Gives::own_type},
    {"x.pow(y)", Gives::own_type},
    {"x.fmod(5)", Gives::own_type},
    {"x.maximum(y)", Gives::own_type},
    {"x.lerp(y, 0.5)", Gives::own_type},
    {"x.addcmul(y, t)", Gives::own_type},
    {"x.matmul(y)", Gives::own_type},
    // one element at a time
    {"x.clamp(2, 5)", Gives::own_type},
    {"x.clamp(2)", Gives::own_type},
    {"x.clamp_max(5)", Gives::own_type},
    {"x.abs()", Gives::own_type},
    {"x.sqrt()", Gives::own_type},
    {"x.exp()", Gives::own_type},
    {"x.log1p()", Gives::own_type},
    {"x.sigmoid()", Gives::own_type},
    {"x.tanh()", Gives::own_type},
    {"x.relu()", Gives::own_type},
    {"x.round()", Gives::own_type},
    {"x.floor()", Gives::own_type},
    {"x.isnan()", Gives::own_type},
    {"x.softmax(0)", Gives::own_type},
    {"x.cumsum(0)", Gives::own_type},
    // comparisons
    {"x == y", Gives::own_type},
    {"x != 3", Gives::own_type},
    {"3 < x", Gives::own_type},
    {"x >= t", Gives::own_type},
    {"x.eq(3)", Gives::own_type},
    {"(x > 3) & (x < 9)", Gives::own_type},
    {"~(x > 3)", Gives::own_type},
    // reductions
    {"x.sum()", Gives::own_type},
    {"x.sum({1, 2}, true)", Gives::own_type},
    {"x.mean()", Gives::own_type},
    {"x.mean(1)", Gives::own_type},
    {"x.std({1, 2}, true, true)", Gives::own_type},
    {"x.max()", Gives::own_type},
    {"x.max(0)", Gives::own_types},
    {"x.amax({1})", Gives::own_type},
    {"x.argmax(0)", Gives::own_type},
    {"x.sort(0)", Gives::own_types},
    {"x.topk(2, 0)", Gives::own_types},
    {"x.norm()", Gives::own_type},
    {"x.any()", Gives::own_type},
    {"x.nonzero()", Gives::own_type},
    // lists
    {"fastxx::stack(std::vector{x, y})", Gives::own_type},
    {"fastxx::cat(std::vector{x, y})", Gives::own_type},
    // in place
    {"x.add_(2)", Gives::itself},
    {"x.mul_(y)", Gives::itself},
    {"x.clamp_(2, 5)", Gives::itself},
    {"x.zero_()", Gives::itself},
    {"x.copy_(t + 1)", Gives::itself},
    {"x.masked_fill_(x > 5, 0)", Gives::itself},
    {"x.index_put_({0}, 7)", Gives::itself},
    {"x += y", Gives::itself},
    {"x -= 2", Gives::itself},
    {"x *= t", Gives::itself},
    {"x /= 2", Gives::itself},
    // what libtorch alone sees
    {"x.tensor()", Gives::plain},
    {"x.grad()", Gives::plain},
    {"t.add(x)", Gives::plain},
    {"at::mean(x)", Gives::plain},
    {"at::stack({x, y})", Gives::plain},
};

}  // namespace fastxx
