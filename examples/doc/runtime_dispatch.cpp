// A dispatch set where only the run time knows the types: a std::variant, or a std::any.
#include <fastxx/low/dispatch/runtime_dispatch.hpp>

#include <cstdio>
#include <string>
#include <vector>

struct Circle {
  double radius;
};
struct Square {
  double side;
};
using Shape = std::variant<Circle, Square>;

int main() {
  using fastxx::overload;
  constexpr auto area = fastxx::typedispatch(overload<Circle>([](Circle c) { return 3 * c.radius * c.radius; }),
                                             overload<Square>([](Square s) { return s.side * s.side; }));
  constexpr auto area_of = fastxx::runtime_dispatch(area);
  std::vector<Shape> const shapes{Circle{1}, Square{2}};
  for (Shape const& shape : shapes) std::printf("%g\n", area_of(shape));  // all overloads agree: a double

  // Two variants, and no overload for some pairs: the first argument comes back, or an error names both types.
  auto const fits =
      fastxx::typedispatch(overload<Circle, Square>([](Circle c, Square s) { return 2 * c.radius <= s.side; }));
  std::variant<Circle, bool, Square> const back = fastxx::runtime_dispatch(fits)(shapes[1], shapes[0]);
  std::printf("a square of %g came back\n", std::get<Square>(back).side);
  auto const strict = fastxx::runtime_dispatch<fastxx::NoMatch::throws>(fits);
  bool const fit = strict(shapes[0], Square{2});  // a plain value beside a variant; nothing but bool can come back
  std::printf("it %s\n", fit ? "fits" : "does not fit");
  try {
    strict(shapes[1], shapes[0]);
    return 1;
  } catch (fastxx::data_error const& error) {
    std::printf("%s\n", error.what());
  }

  // A std::any says nothing about its type, so the candidates are listed; another type comes back as the std::any.
  std::any const something = Circle{2};
  std::variant<std::any, double> const result = area_of.any_holds<Circle, Square>()(something);
  std::printf("%g\n", std::get<double>(result));
}
