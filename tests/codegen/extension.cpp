// An extension method of a class of somebody else, or (-DBY_HAND) the plain function.
#include <fastxx/low/extension/extension.hpp>

struct Wheel {
  double radius;
};
struct Spoked : Wheel {
  int spokes;
};

inline double rolled(Wheel const& wheel, double turns) { return 2 * 3.14159 * wheel.radius * turns; }
inline constexpr auto distance = fastxx::extension<"distance", Wheel>(&rolled);

extern "C" double call(Spoked const& wheel, double turns) {
#ifdef BY_HAND
  return rolled(wheel, turns);
#elif defined(OTHER)
  return rolled(wheel, turns) + wheel.spokes;
#else
  return (wheel | distance)(turns);
#endif
}
