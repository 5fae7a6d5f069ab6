#pragma once

#include <fastxx/low/tensor/semantic.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

namespace fastxx {

/// Root of all semantic tensors: a tensor of any shape and dtype that keeps its type and metadata.
///
/// Source:  fastai 2.7.18 torch_core.py TensorBase
/// Example: examples/doc/tensor.cpp
struct TensorBase : Semantic<TensorBase> {
  using Semantic::Semantic;
};

/// Anything laid out as pixels.
///
/// Shapes:  (C,H,W) for one, (N,C,H,W) for a batch
/// Source:  fastai 2.7.18 torch_core.py TensorImageBase
/// Example: examples/doc/tensor.cpp
struct TensorImageBase : Semantic<TensorImageBase, TensorBase> {
  using Semantic::Semantic;

  /// Draw one image on a context that takes images, and give the context back.
  template <class Context>
  requires requires(Context& ctx, Tensor const& t) { ctx.image(t); }
  Context show(Context ctx) const {
    ctx.image(this->tensor());
    return ctx;
  }
};

/// A colour image.
///
/// Shapes:  (3,H,W) or (N,3,H,W)
/// Dtypes:  uint8 in 0..255, or floating in 0..1 before normalisation
/// Source:  fastai 2.7.18 torch_core.py TensorImage
/// Example: examples/doc/tensor.cpp
struct TensorImage : Semantic<TensorImage, TensorImageBase> {
  using Semantic::Semantic;
};

/// A grey image.
///
/// Shapes:  (1,H,W) or (N,1,H,W)
/// Dtypes:  as TensorImage
/// Source:  fastai 2.7.18 torch_core.py TensorImageBW
/// Example: examples/doc/tensor.cpp
struct TensorImageBW : Semantic<TensorImageBW, TensorImage> {
  using Semantic::Semantic;
};

/// Metadata of a mask: the names of its classes, in the order of their numbers; empty when unknown.
///
/// Source:  fastai 2.7.18 torch_core.py TensorMask and vision/core.py AddMaskCodes (L-25)
/// Example: examples/doc/tensor_metadata.cpp
struct MaskMeta {
  std::vector<std::string> codes = {};

  void serialize(auto& archive) { archive("codes", codes); }
};

/// A class index per pixel. It shows itself as a mask over an image, on a context that knows masks, else as an image.
///
/// Shapes:  (H,W) or (N,H,W): no channel
/// Dtypes:  uint8 as read, int64 for a loss
/// Source:  fastai 2.7.18 torch_core.py TensorMask
/// Example: examples/doc/tensor_metadata.cpp
struct TensorMask : Semantic<TensorMask, TensorImageBase, MaskMeta> {
  using Semantic::Semantic;

  template <class Context>
  requires requires(Context& ctx, Tensor const& t) { ctx.image(t); }
  Context show(Context ctx) const {
    if constexpr (requires { ctx.mask(this->tensor()); })
      ctx.mask(this->tensor());
    else
      ctx.image(this->tensor());
    return ctx;
  }
};

/// A displacement per pixel, for grid sampling.
///
/// Shapes:  (N,H,W,2): x, y
/// Dtypes:  floating, -1..1 from edge to edge
/// Source:  fastai 2.7.18 torch_core.py TensorFlowField
/// Example: examples/doc/tensor.cpp
struct TensorFlowField : Semantic<TensorFlowField, TensorBase> {
  using Semantic::Semantic;
};

/// A class index per item.
///
/// Shapes:  () or (N)
/// Dtypes:  int64
/// Source:  fastai 2.7.18 torch_core.py TensorCategory
/// Example: examples/doc/tensor.cpp
struct TensorCategory : Semantic<TensorCategory, TensorBase> {
  using Semantic::Semantic;
};

/// Several classes per item: their indices, or one 0 or 1 per class after one-hot encoding.
///
/// Shapes:  (k) or (N,k) indices; (C) or (N,C) encoded
/// Dtypes:  int64 indices; float32 encoded
/// Source:  fastai 2.7.18 torch_core.py TensorMultiCategory
/// Example: examples/doc/tensor.cpp
struct TensorMultiCategory : Semantic<TensorMultiCategory, TensorCategory> {
  using Semantic::Semantic;
};

/// One number that shows itself as a title.
///
/// Shapes:  ()
/// Source:  fastai 2.7.18 torch_core.py TitledTensorScalar
/// Example: examples/doc/tensor_metadata.cpp
struct TitledTensorScalar : Semantic<TitledTensorScalar, TensorBase> {
  using Semantic::Semantic;

  /// Write the number as a title on a context that takes titles, and give the context back.
  template <class Context>
  requires requires(Context& ctx, std::string const& text) { ctx.title(text); }
  Context show(Context ctx) const {
    ctx.title(detail::number_text(this->tensor()));
    return ctx;
  }
};

/// The size of an image in pixels; 0 by 0 when unknown.
struct ImageSize {
  std::int64_t width = 0;
  std::int64_t height = 0;

  friend bool operator==(ImageSize const&, ImageSize const&) = default;
};

/// Metadata of what lies in an image: the image's size, which scaling to -1..1 and back needs.
///
/// Source:  fastai 2.7.18 vision/core.py TensorPoint (L-25, TR-35)
/// Example: examples/doc/tensor_metadata.cpp
struct PointMeta {
  ImageSize img_size = {};

  void serialize(auto& archive) {
    archive("img_size.width", img_size.width);
    archive("img_size.height", img_size.height);
  }
};

/// Points in an image. Drawing them belongs to vision.
///
/// Shapes:  (n,2) or (N,n,2): x, y
/// Dtypes:  float32
/// Units:   pixels, or -1..1 after PointScaler
/// Source:  fastai 2.7.18 vision/core.py TensorPoint
/// Example: examples/doc/tensor_metadata.cpp
struct TensorPoint : Semantic<TensorPoint, TensorBase, PointMeta> {
  using Semantic::Semantic;
};

/// Boxes in an image. What fastai's LabeledBBox joins (boxes and their labels, to draw them) belongs to vision.
///
/// Shapes:  (n,4) or (N,n,4): left, top, right, bottom
/// Dtypes:  float32
/// Units:   pixels, or -1..1 after PointScaler
/// Source:  fastai 2.7.18 vision/core.py TensorBBox
/// Example: examples/doc/tensor_metadata.cpp
struct TensorBBox : Semantic<TensorBBox, TensorPoint> {
  using Semantic::Semantic;
};

/// A text as numbers of its tokens.
///
/// Shapes:  (n) or (N,n)
/// Dtypes:  int64
/// Source:  fastai 2.7.18 text/data.py TensorText
/// Example: examples/doc/tensor.cpp
struct TensorText : Semantic<TensorText, TensorBase> {
  using Semantic::Semantic;
};

/// A text for a language model, whose target is the same text one token later.
///
/// Shapes:  (n) or (N,n)
/// Dtypes:  int64
/// Source:  fastai 2.7.18 text/data.py LMTensorText
/// Example: examples/doc/tensor.cpp
struct LMTensorText : Semantic<LMTensorText, TensorText> {
  using Semantic::Semantic;
};

// Images meet masks in fastai as well: image * (mask == 3).
template <std::derived_from<TensorImageBase> Image>
inline constexpr bool may_mix<Image, TensorMask> = true;

}  // namespace fastxx
