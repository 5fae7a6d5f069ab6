#include "laws.hpp"
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/testing/pipeline.hpp>

#include <doctest/doctest.h>
#include <string>
#include <tuple>

using namespace fastxx;
using testing::check_pipeline;

namespace {

struct Add {
  static constexpr int order = 1;
  int encodes(int x) const { return x + 2; }
  int decodes(int x) const { return x - 2; }
};
struct Twice {
  static constexpr int order = 2;
  int encodes(int x) const { return x * 2; }
  int decodes(int x) const { return x / 2; }
};
struct TrainOnly {
  static constexpr int split_idx = Split::train;
  int encodes(int x) const { return x + 100; }
};
struct OneWay {
  static constexpr int order = 3;
  int encodes(int x) const { return x % 2; }
};
struct Broken {
  static constexpr int order = 3;
  int encodes(int x) const { return x + 5; }
  int decodes(int x) const { return x; }
};

// Pipelines of somebody's own, each wrong in one way.
using Base = decltype(pipeline(Add{}, Twice{}));
struct SkipsForValid : Base {
  template <class X>
  X operator()(X x, CallContext const& context = {}) const {
    return context.split_idx == Split::valid ? x : Base::operator()(x, context);
  }
};
struct DecodesForwards : Base {
  template <class X>
  X decode(X x) const {
    return fastxx::decode(Twice{}, fastxx::decode(Add{}, x));
  }
};
struct ChangesItem : Base {
  auto operator()(TensorImage const& x, CallContext const& = {}) const { return TensorImage(x).mul_(2); }
  TensorImage decode(TensorImage x) const { return x; }
};

}  // namespace

TEST_CASE("laws of a pipeline: those of the library keep them") {
  CHECK(check_pipeline(pipeline(Twice{}, Add{}, TrainOnly{}), 3));
  CHECK(check_pipeline(pipeline(Twice{}, Add{}), std::tuple(3, std::tuple(4, std::string("label")))));
  CHECK(check_pipeline(pipeline([](int x) { return x / 2.; }), 4));
  CHECK(check_pipeline(pipeline(Add{}, OneWay{}), 4));  // claims no inverse
  auto const images = TensorImage(at::randint(256, {2, 3, 4, 4}).to(at::kByte));
  auto const batch = std::tuple(images, TensorCategory(at::ones({2})));
  CHECK(check_pipeline(pipeline(Normalize::from_stats({.1, .2, .3}, {1, 2, 3}), IntToFloatTensor{}), batch));
}

TEST_CASE("laws of a pipeline: stages stand in their order") {
  CHECK(is_only(check_pipeline(Pipeline<Twice, Add>(Twice{}, Add{}), 3),
                "stage 1 has order 1 but stands behind order 2: make it with pipeline(...), which sorts"));
}

TEST_CASE("laws of a pipeline: it does what its stages do, for every subset, and back") {
  CHECK(is_only(check_pipeline(SkipsForValid{}, 3),
                "it encodes unlike its stages one after the other, for split_idx 1: the values differ"));
  auto const backwards = check_pipeline(DecodesForwards{}, 3);
  CHECK(has(backwards, "it decodes unlike its stages, the last one first: "));
  CHECK(has(backwards, "decode() does not give back the item that was encoded: "));
}

TEST_CASE("laws of a pipeline: the item stays unchanged") {
  CHECK(
      has(check_pipeline(ChangesItem{}, TensorImage(at::ones({2}))), "it changes the item it is given: values differ"));
}

TEST_CASE("laws of a pipeline: every stage keeps its own laws on what reaches it") {
  auto const report = check_pipeline(pipeline(Add{}, Broken{}), 3);
  REQUIRE(report.broken.size() == 2);
  CHECK(has(report, "stage 1, "));
  CHECK(report.broken[0].find("Broken: decode() does not give back what encode() was given") != std::string::npos);
  CHECK(report.broken[1].starts_with("decode() does not give back the item that was encoded"));
  CHECK(check_pipeline(pipeline(Add{}, Broken{}), 3, {.invertible = false}));
  CHECK(has(check_pipeline(pipeline(Add{}), std::string("x")), "stage 0, "));
}
