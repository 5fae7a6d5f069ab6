#pragma once

#include <fastxx/low/tensor/semantic.hpp>

namespace fastxx {

/// Root of all semantic tensors.
///
/// Source:  fastai 2.7.18 torch_core.py
/// Example: examples/doc/tensor.cpp
struct TensorBase : Semantic<TensorBase> {
  using Semantic::Semantic;
};

/// Anything laid out as pixels: (C,H,W) for one, (N,C,H,W) for a batch.
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

/// A colour image, (C,H,W) or (N,C,H,W): uint8 in 0..255, or floating in 0..1 before normalisation.
struct TensorImage : Semantic<TensorImage, TensorImageBase> {
  using Semantic::Semantic;
};

/// A grey image, (1,H,W) or (N,1,H,W).
struct TensorImageBW : Semantic<TensorImageBW, TensorImage> {
  using Semantic::Semantic;
};

/// A class index per item: int64, () or (N).
struct TensorCategory : Semantic<TensorCategory, TensorBase> {
  using Semantic::Semantic;
};

}  // namespace fastxx
