// A set with a name is extended from any header, also for types that its author never saw.
#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/low/dispatch/dispatch_table.hpp>

#include <cstdio>
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
  for (std::string const& text : {describe(Shape{}), describe(Circle{}), describe(Wheel{}), describe(Circle{}, 3)})
    std::printf("%s\n", text.c_str());
  // What others have added is listed for the types one asks about.
  std::printf("%s", dispatch_table(describe, fastxx::type_list<Circle, Wheel, int>{}).c_str());
  return describe(Wheel{}, 3) == "8 spokes" ? 0 : 1;  // the first argument decides before the second
}
