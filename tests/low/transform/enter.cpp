#include <fastxx/low/transform/pipeline.hpp>

#include <doctest/doctest.h>
#include <string>
#include <tuple>

using namespace fastxx;

namespace {

struct Path {
  std::string name;
};
struct Image {
  int pixels;
};
struct GreyImage : Image {
  using base_type = Image;
};
struct Encoded {
  double value;
};

struct Open {
  Image encodes(Path const& path) const { return {int(path.name.size())}; }
};
struct Double {
  Image encodes(Image const& image) const { return {2 * image.pixels}; }
};
struct Scale {
  double by = 10;
  Encoded encodes(Image const& image) const { return {image.pixels * by}; }
};

int plus_one(int x) { return x + 1; }
int plus_two(int x) { return x + 2; }

}  // namespace

TEST_CASE("TR-15 pipeline: enter starts at the first stage that gets what is given") {
  auto const p = pipeline(Open{}, Double{}, Scale{});
  CHECK(p.enter<Path>(Path{"four"}).value == 80);
  CHECK(p.enter<Path>(Image{4}).value == 80);        // opened already
  CHECK(p.enter<Path>(GreyImage{{4}}).value == 80);  // and of a more derived type
  CHECK(p.enter<Path>(Encoded{4}).value == 4);       // encoded already
  CHECK(p.enter<Image>(Image{1}).value == 20);
}

TEST_CASE("TR-15 pipeline: one without stages takes its own item alone") { CHECK(pipeline().enter<int>(3) == 3); }

TEST_CASE("TR-14 pipeline: merged pipelines keep the last stage of each type, in the place of the first") {
  auto const p = merge_pipelines(pipeline(Scale{}, Double{}), pipeline(Open{}, Scale{.by = 3}));
  static_assert(p.size() == 3);
  static_assert(std::same_as<std::decay_t<decltype(p.at<0>())>, Scale>);
  CHECK(p.get<Scale>().by == 3);
  CHECK(merge_pipelines(Scale{}, Scale{.by = 2}, Scale{.by = 4}).get<Scale>().by == 4);
  static_assert(merge_pipelines().size() == 0);
}

TEST_CASE("TR-14 pipeline: different lambdas are different stages, one given twice is one; pointers are all kept") {
  auto const next = [](int x) { return x + 1; };
  auto const twice = [](int x) { return x * 2; };
  CHECK(merge_pipelines(next, twice, next)(5) == 12);
  CHECK(merge_pipelines(&plus_one, &plus_two)(5) == 8);
}

TEST_CASE("TR-14 TR-06 pipeline: merged stages are sorted by their order") {
  auto const late = transform<TransformOptions{.order = 5}>([](int x) { return x * 10; });
  CHECK(merge_pipelines(late, pipeline([](int x) { return x + 1; }))(1) == 20);
}
