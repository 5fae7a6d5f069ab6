#include <fastxx/low/transform/display.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <doctest/doctest.h>
#include <string>
#include <tuple>
#include <vector>

using namespace fastxx;

namespace shown {

struct Scale {
  double by = 0.5;
  bool clip = true;
  std::string mode = "linear";
  std::vector<int> learnt = {1, 2, 3};
  double encodes(int x) const { return x * by; }
  void serialize(auto& archive) {
    archive("by", by);
    archive("clip", clip);
    archive("mode", mode);
    archive("learnt", learnt);
  }
};
struct Plain {
  int encodes(int x) const { return x; }
};
struct OnlyLists {
  std::vector<int> learnt = {};
  int encodes(int x) const { return x; }
  void serialize(auto& archive) { archive("learnt", learnt); }
};

struct Named {
  static std::string name() { return "my stage"; }
  int encodes(int x) const { return x; }
};
inline int same(int x) { return x; }

}  // namespace shown

TEST_CASE("L-12 pipeline: a stage is printed with the settings it serializes, learnt state left out") {
  CHECK(stage_text(shown::Scale{.by = 0.25}) == "shown::Scale -- {by: 0.25, clip: true, mode: 'linear'}");
  CHECK(stage_text(shown::Plain{}) == "shown::Plain");
  CHECK(stage_text(shown::OnlyLists{}) == "shown::OnlyLists");
}

TEST_CASE("L-12 L-13 pipeline: to_string names the stages in the order they run") {
  CHECK(pipeline(shown::Plain{}, shown::Scale{}).to_string() ==
        "Pipeline: shown::Plain -> shown::Scale -- {by: 0.5, clip: true, mode: 'linear'}");
  CHECK(pipeline().to_string() == "Pipeline:");
}

TEST_CASE("L-13 pipeline: describe is a table of stages with the types that go in and come out") {
  using Tfms = decltype(pipeline(shown::Plain{}, shown::Scale{}));
  CHECK(Tfms::describe<int>() == "shown::Plain: int -> int\nshown::Scale: int -> double\n");
  CHECK(Tfms::describe<std::tuple<int, char>>() ==
        "shown::Plain: std::tuple<int, char> -> std::tuple<int, char>\n"
        "shown::Scale: std::tuple<int, char> -> std::tuple<double, char>\n");
}

TEST_CASE("L-12 pipeline: functions are printed as lambda or by their type, a stage's own name wins") {
  auto const p = pipeline([](int x) { return x; }, shown::Named{}, &shown::same);
  CHECK(p.to_string() == "Pipeline: lambda -> my stage -> " + type_name<int (*)(int)>());
  CHECK(decltype(p)::describe<int>().starts_with("lambda: int -> int\nmy stage: int -> int\n"));
}
