#pragma once

#include <fastxx/low/tensor/detail/typed_in_place.hpp>
#include <fastxx/low/tensor/detail/typed_math.hpp>
#include <fastxx/low/tensor/detail/typed_shape.hpp>
#include <fastxx/low/tensor/mixing.hpp>
#include <fastxx/low/tensor/operators.hpp>
#include <fastxx/low/tensor/print.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

// Copy this piece of metadata from the first operand that has it.
template <class Meta, class... Operands>
void take_meta(Meta& to, Operands const&... operands) {
  [[maybe_unused]] bool found = false;
  auto look = [&](auto const& operand) {
    if constexpr (std::derived_from<std::remove_cvref_t<decltype(operand)>, Meta>)
      if (!std::exchange(found, true)) to = static_cast<Meta const&>(operand);
  };
  (look(operands), ...);
}

template <class Self, class Base>
using TypedTensor = TypedInPlace<Self, TypedMath<Self, TypedShape<Self, KeepsType<Self, Base>>>>;

}  // namespace detail

/// A strong typedef over a tensor: `struct TensorDepth : Semantic<TensorDepth, TensorImageBase> { using
/// Semantic::Semantic; };`. A third argument, an aggregate, is its metadata: `depth.focal_length`.
///
/// Made explicitly from a tensor, usable wherever one is, and as large as one when it has no metadata. Its members give
/// its own type and metadata (operations.hpp has the table); at:: functions give plain tensors. In a mix the most
/// derived type wins, and metadata comes from the first operand that has it. Metadata must not be named as a member of
/// torch::Tensor is (name, data, size, ...): the compiler calls the use of such a name ambiguous.
/// Errors:  a compile-time sentence when unrelated types meet (may_mix)
/// Source:  fastai 2.7.18 torch_core.py TensorBase; differs: the type is known to the compiler, metadata is declared
/// Example: examples/doc/tensor.cpp
template <class Self, class Base = Tensor, class... Meta>
class Semantic : public detail::TypedTensor<Self, Base>, public Meta... {
  using Methods = detail::TypedTensor<Self, Base>;
  static_assert((!std::derived_from<Base, Meta> && ...),
                "fastxx::Semantic<Self, Base, Meta>: 'Base' has this metadata already; leave it out here");

 public:
  using base_type = Base;
  using Methods::Methods;

  Semantic() = default;
  explicit Semantic(Tensor tensor) : Methods(std::move(tensor)) {}
  /// `TensorPoint(xy, {.img_size = {.width = 640, .height = 480}})`.
  explicit Semantic(Tensor tensor, Meta... meta) requires(sizeof...(Meta) > 0)
      : Methods(std::move(tensor)), Meta(std::move(meta))... {}
  /// From another type, with the metadata that both have.
  template <SemanticTensor Other>
  explicit Semantic(Other const& other) : Methods(other.tensor()) {
    set_meta(other);
  }

  /// The same data under libtorch's own type.
  Tensor const& tensor() const { return *this; }

  /// Copy the metadata that both have; of several operands, from the first that has it. Any type may be given.
  template <class... Operands>
  Self& set_meta(Operands const&... operands) {
    if constexpr (SemanticTensor<Base>) Base::set_meta(operands...);
    (detail::take_meta<Meta>(*this, operands...), ...);
    return static_cast<Self&>(*this);
  }
};

/// The same data as another semantic type, with the metadata that both have: `as_subclass<TensorMask>(image)`.
///
/// Source:  fastai 2.7.18 torch_core.py as_subclass and fastcore's cast (L-43)
/// Example: examples/doc/tensor_metadata.cpp
template <std::derived_from<Tensor> To, std::derived_from<Tensor> From>
To as_subclass(From const& from) {
  return To(from);
}

}  // namespace fastxx
