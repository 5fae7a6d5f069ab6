// Passes by compiling: sizes, the hierarchy, what mixes with what, and which metadata a type has.
#include <fastxx/low/core/lineage.hpp>
#include <fastxx/low/tensor/types.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace fastxx;

struct FocalMeta {
  double focal_length = 0;
};
struct TensorDepth : Semantic<TensorDepth, TensorImage, FocalMeta> {
  using Semantic::Semantic;
};
struct TensorSurvey : Semantic<TensorSurvey, TensorDepth> {
  using Semantic::Semantic;
};
struct NameMeta {
  std::string name = {};
};
struct TensorNamedBox : Semantic<TensorNamedBox, TensorBBox, NameMeta> {  // beside the size it has from TensorPoint
  using Semantic::Semantic;
};

// Without metadata a type is exactly a tensor, at every depth; with it, a tensor and the metadata.
template <class... T>
constexpr bool as_large_as_a_tensor = ((sizeof(T) == sizeof(Tensor)) && ...);
static_assert(as_large_as_a_tensor<fastxx::TensorBase, TensorImageBase, TensorImage, TensorImageBW, TensorFlowField>);
static_assert(as_large_as_a_tensor<TensorCategory, TensorMultiCategory, TitledTensorScalar, TensorText, LMTensorText>);
static_assert(sizeof(TensorPoint) == sizeof(Tensor) + sizeof(PointMeta) && sizeof(TensorBBox) == sizeof(TensorPoint));
static_assert(sizeof(TensorMask) == sizeof(Tensor) + sizeof(MaskMeta));
static_assert(sizeof(TensorSurvey) == sizeof(Tensor) + sizeof(double));

// fastai's tree, for C++ and for dispatch.
template <class T, class Parent>
constexpr bool child_of =
    std::same_as<typename T::base_type, Parent>&& std::derived_from<T, Parent>&& distance_to_ancestor<T, Parent>() ==
        1 &&
    SemanticTensor<T>;
static_assert(child_of<fastxx::TensorBase, Tensor> && child_of<TensorImageBase, fastxx::TensorBase>);
static_assert(child_of<TensorImage, TensorImageBase> && child_of<TensorImageBW, TensorImage>);
static_assert(child_of<TensorMask, TensorImageBase> && child_of<TensorFlowField, fastxx::TensorBase>);
static_assert(child_of<TensorCategory, fastxx::TensorBase> && child_of<TensorMultiCategory, TensorCategory>);
static_assert(child_of<TitledTensorScalar, fastxx::TensorBase> && child_of<TensorPoint, fastxx::TensorBase>);
static_assert(child_of<TensorBBox, TensorPoint> && child_of<TensorText, fastxx::TensorBase>);
static_assert(child_of<LMTensorText, TensorText>);
static_assert(distance_to_ancestor<TensorImageBW, Tensor>() == 4);

// Nothing turns into anything by itself, except into what it derives from.
static_assert(!std::is_convertible_v<Tensor, TensorPoint> && !std::is_convertible_v<Tensor&, TensorMask>);
static_assert(!std::is_convertible_v<Tensor, fastxx::TensorBase> && !std::is_assignable_v<TensorBBox&, Tensor>);
static_assert(!std::is_convertible_v<at::TensorBase, TensorImage>);
static_assert(!std::is_convertible_v<TensorPoint, TensorBBox> && std::is_convertible_v<TensorBBox, TensorPoint>);
static_assert(std::is_nothrow_move_constructible_v<TensorImage> == std::is_nothrow_move_constructible_v<Tensor>);

// Mixes, by operator and by member.
template <class A, class B, class Result>
constexpr bool gives = std::same_as<decltype(std::declval<A>() + std::declval<B>()), Result>&&
    std::same_as<decltype(std::declval<A>().add(std::declval<B>())), Result>&&
        std::same_as<decltype(std::declval<A>() == std::declval<B>()), Result>;
static_assert(gives<TensorImage, TensorImageBW, TensorImageBW> && gives<TensorImageBW, TensorImage, TensorImageBW>);
static_assert(gives<TensorImage, Tensor, TensorImage> && gives<TensorPoint, TensorBBox, TensorBBox>);
static_assert(gives<TensorImage, TensorMask, TensorImage> && gives<TensorMask, TensorImageBW, TensorMask>);
static_assert(gives<TensorDepth, TensorMask, TensorDepth> && gives<TensorMask, TensorMask, TensorMask>);
static_assert(gives<TensorImageBase, TensorMask, TensorMask>);  // of one line, so the more derived one
static_assert(gives<TensorImage, double, TensorImage> && gives<TensorImage, at::Scalar, TensorImage>);
static_assert(std::same_as<decltype(2 - std::declval<TensorText>()), TensorText>);
static_assert(std::same_as<decltype(2 == std::declval<TensorText>()), TensorText>);

// x[0] = y would change a temporary handle only.
template <class T>
concept RowAssignable = requires(T x, T y) {
  x[0] = y;
};
template <class T>
concept IndexAssignable = requires(T x, T y) {
  x.index({0}) = y;
};
static_assert(RowAssignable<Tensor> && !RowAssignable<TensorImage> && !IndexAssignable<TensorImage>);

// Metadata is there for those that declare it, and for nobody else.
template <class T>
concept HasImageSize = requires(T x) {
  x.img_size;
};
template <class T>
concept HasCodes = requires(T x) {
  x.codes;
};
static_assert(HasImageSize<TensorPoint> && HasImageSize<TensorBBox> && HasImageSize<TensorNamedBox>);
static_assert(HasCodes<TensorMask> && !HasCodes<TensorPoint> && !HasImageSize<TensorMask>);
static_assert(!HasImageSize<fastxx::TensorBase> && !HasCodes<TensorImage>);

}  // namespace
