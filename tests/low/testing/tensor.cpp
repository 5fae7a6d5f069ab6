#include "laws.hpp"
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/testing/tensor.hpp>

#include <doctest/doctest.h>
#include <utility>

using namespace fastxx;
using testing::check_tensor_type;

namespace {

struct TensorDepth : Semantic<TensorDepth, TensorImageBase> {
  using Semantic::Semantic;
};
struct Forgotten : TensorImageBase {  // not derived from Semantic<Forgotten, ...>
  using TensorImageBase::TensorImageBase;
};
struct Implicit : Semantic<Implicit, TensorBase> {
  Implicit() = default;
  Implicit(Tensor x) : Semantic(std::move(x)) {}
};
struct Large : Semantic<Large, TensorBase> {
  using Semantic::Semantic;
  int scale = 0;
};
struct Unmakeable : Semantic<Unmakeable, TensorBase> {
  Unmakeable(Tensor const& x, int) : Semantic(x) {}
};
struct Lens {
  double focal_length = 0;
};
struct TensorPhoto : Semantic<TensorPhoto, TensorImageBase, Lens> {
  using Semantic::Semantic;
};
struct OddClone : Semantic<OddClone, TensorBase> {
  using Semantic::Semantic;
  OddClone clone() const { return OddClone(Tensor::clone().add(1)); }
};
struct WrongBase : Semantic<WrongBase, TensorBase> {
  using Semantic::Semantic;
  using base_type = TensorCategory;
};

}  // namespace

TEST_CASE("laws of a tensor type: those of the library and one made with Semantic keep them") {
  CHECK(check_tensor_type(TensorImage(at::rand({3, 2, 2}))));
  CHECK(check_tensor_type(TensorCategory(at::arange(4))));
  CHECK(check_tensor_type(TensorDepth(at::rand({2, 2}))));
}

TEST_CASE("laws of a tensor type: operations keep type and values") {
  auto const report = check_tensor_type(Forgotten(at::rand({2, 2})));
  CHECK(has(report, "clone() gives a TensorImageBase; derive from Semantic<"));
  CHECK(has(report, "operator[] gives a TensorImageBase"));
  CHECK(has(check_tensor_type(OddClone(at::ones({2}))), "clone() gives other values than for a plain tensor: "));
}

TEST_CASE("laws of a tensor type: it is a strong typedef of the size of a tensor") {
  CHECK(is_only(check_tensor_type(Implicit(at::ones({2}))), "a tensor becomes one without being asked"));
  CHECK(is_only(check_tensor_type(Large(at::ones({2}))), "it is larger than a tensor"));
  CHECK(has(check_tensor_type(WrongBase(at::ones({2}))), "its base_type is not a base of it"));
}

TEST_CASE("laws of a tensor type: metadata, where there is some, follows") {
  auto const same_lens = [](TensorPhoto const& a, TensorPhoto const& b) { return a.focal_length == b.focal_length; };
  CHECK(check_tensor_type(TensorPhoto(at::rand({2, 2}), {.focal_length = 50}), same_lens));
  CHECK(is_only(check_tensor_type(TensorPhoto(at::rand({2, 2}))), "it is larger than a tensor"));

  Large sample(at::ones({2}));  // a member is not metadata: Semantic makes every result anew, without it
  auto const same_scale = [](Large const& a, Large const& b) { return a.scale == b.scale; };
  CHECK(check_tensor_type(sample, same_scale));
  sample.scale = 3;
  CHECK(has(check_tensor_type(sample, same_scale), "clone() loses the metadata: they differ from the sample's"));
}
