// Passes by compiling: the types that semantic tensors have after an operation, and what does not turn into what.
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

namespace {

using namespace fastxx;

template <class Left, class Right>
using Sum = decltype(std::declval<Left>() + std::declval<Right>());

static_assert(std::same_as<Sum<TensorImage, TensorImage>, TensorImage>);
static_assert(std::same_as<Sum<TensorImage, TensorImageBW>, TensorImageBW>);
static_assert(std::same_as<Sum<Tensor, TensorCategory>, TensorCategory>);
static_assert(std::same_as<Sum<TensorCategory, double>, TensorCategory>);
static_assert(std::same_as<Sum<int, TensorCategory>, TensorCategory>);
static_assert(sizeof(TensorImageBW) == sizeof(Tensor));
static_assert(!std::is_convertible_v<TensorImageBase, TensorImage> && !std::is_convertible_v<Tensor, TensorBase>);

// A batch keeps its types through a pipeline of image transforms, in both directions.
using Batch = std::tuple<TensorImageBW, TensorCategory>;
using Tfms = decltype(pipeline(IntToFloatTensor{}, Normalize{}));
static_assert(std::same_as<decltype(std::declval<Tfms const&>()(std::declval<Batch>())), Batch>);
static_assert(std::same_as<decltype(std::declval<Tfms const&>().decode(std::declval<Batch>())), Batch>);
static_assert(std::same_as<decltype(encode(Normalize{}, std::declval<Tensor>())), Tensor>);

}  // namespace
