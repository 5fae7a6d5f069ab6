// typedispatch: a function chosen by the types of its first two arguments, which others can extend from outside.
#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/low/dispatch/dispatch_table.hpp>

#include <cstdio>
#include <string>
#include <type_traits>

struct Shape {};
struct Circle : Shape {
  using base_type = Shape;  // C++ cannot list the bases of a class: say it once
};
struct Square : Shape {
  using base_type = Shape;
};

struct Wheel {};  // somebody else's type, which cannot be changed
template <>
struct fastxx::parent_of<Wheel> {
  using type = Circle;
};

int main() {
  using fastxx::overload;
  auto const meet =
      fastxx::typedispatch(overload<Shape, Shape>([](auto&&...) { return std::string("two shapes"); }),
                           overload<Circle, Circle>([](auto&&...) { return std::string("two circles"); }),
                           overload<Circle>([](auto&&...) { return std::string("a circle and a thing"); }));
  std::printf("%s\n", meet(Square{}, Circle{}).c_str());
  std::printf("%s\n", meet(Circle{}, Wheel{}).c_str());   // a wheel is a circle
  std::printf("%s\n", meet(Circle{}, Square{}).c_str());  // the first argument decides before the second
  std::printf("%d\n", meet(42, Circle{}));                // no match: the first argument comes back

  auto const more = meet.extend(overload<Circle, Square>([](auto&&...) { return std::string("a peg in a hole"); }));
  std::printf("%s\n", more(Wheel{}, Square{}).c_str());

  // Python's numbers: every integer is Integral, every number is Number. What is missing is inherited.
  constexpr auto next = fastxx::typedispatch(overload<fastxx::Integral>([](auto x) { return x + 1; }),
                                             overload<fastxx::one_of<float, double>>([](auto x) { return -x; }));
  static_assert(next(3) == 4 && next(3.5) == -3.5);
  using Next = decltype(next);
  static_assert(Next::matches<short>() && !Next::matches<std::string>());
  static_assert(std::is_same_v<Next::returns<float>, float> &&
                std::is_same_v<Next::chosen<int>::first, fastxx::Integral>);
  std::printf("%s", dispatch_table(next.inherit(more)).c_str());
}
