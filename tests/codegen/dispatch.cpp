// A call through a dispatch set of five overloads, or (-DBY_HAND) of the function it chooses: same_code.cmake compares
// the instructions of call(). -DOTHER calls another function, and must be told apart.
#include <fastxx/low/dispatch/dispatch.hpp>

struct Shape {
  double size;
};
struct Round : Shape {
  using base_type = Shape;
};
struct Circle : Round {
  using base_type = Round;
};
struct Square : Shape {
  using base_type = Shape;
};

inline double circle_square(Circle const& a, Square const& b) { return 3 * a.size * a.size + b.size * b.size; }
inline double shapes(Shape const& a, Shape const& b) { return a.size + b.size; }

inline constexpr auto meet = fastxx::typedispatch(
    fastxx::overload<Shape, Shape>(&shapes),
    fastxx::overload<Round>([](Shape const& a, auto const&...) { return a.size; }),
    fastxx::overload<Circle, Square>(&circle_square),
    fastxx::overload<Square, Round>([](Shape const& a, Shape const& b) { return a.size - b.size; }),
    fastxx::overload<fastxx::Any, fastxx::Integral>([](auto const&, auto x) { return x; }));

extern "C" double call(Circle const& a, Square const& b) {
#ifdef BY_HAND
  return circle_square(a, b);
#elif defined(OTHER)
  return shapes(a, b);
#else
  return meet(a, b);
#endif
}
