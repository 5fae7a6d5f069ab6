// A set with a name is extended from any header, also for types that its author never saw.
#include <cassert>
#include <cstdio>
#include <fastxx/low/core/dispatch.hpp>
#include <string>

// A library's header: types, and a set that is named by an empty type.
struct Shape {};
struct Circle : Shape {
  using base_type = Shape;
};
struct describe_set {};
constexpr auto describe =
    fastxx::typedispatch<describe_set>(fastxx::overload<Shape>([](auto const&...) { return std::string("a shape"); }));

// A user's header: her own type, and what the library's set does with it.
struct Wheel : Circle {
  using base_type = Circle;
  int spokes = 8;
};
template <>
struct fastxx::overload_for<describe_set, Wheel> {
  std::string operator()(Wheel const& wheel, auto const&...) const { return std::to_string(wheel.spokes) + " spokes"; }
};
// She also knows better about two types that are not hers: at the same signature the extension wins.
template <>
struct fastxx::overload_for<describe_set, Circle, int> {
  std::string operator()(Circle const&, int count) const { return std::to_string(count) + " circles"; }
};

int main() {
  std::printf("%s, %s, %s\n", describe(Shape{}).c_str(), describe(Wheel{}).c_str(), describe(Circle{}, 3).c_str());
  assert(describe(Shape{}) == "a shape" && describe(Wheel{}) == "8 spokes" && describe(Circle{}) == "a shape");
  assert(describe(Circle{}, 3) == "3 circles" && describe(Wheel{}, 3) == "8 spokes");
}
