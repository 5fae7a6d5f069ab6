// Five arithmetic stages on a plain number, encoded and decoded by a pipeline, or (-DBY_HAND) written out.
#include <fastxx/low/transform/pipeline.hpp>

struct Scale {
  double encodes(double x) const { return x * 3; }
  double decodes(double x) const { return x / 3; }
};
struct Shift {
  double encodes(double x) const { return x + 2; }
  double decodes(double x) const { return x - 2; }
};
struct Square {
  double encodes(double x) const { return x * x; }
};
struct Count {  // for integers: no business of a double
  int encodes(int x) const { return x + 1; }
};
struct Halve {
  static constexpr int order = 3;
  double encodes(double x) const { return x / 2; }
  double decodes(double x) const { return x * 2; }
};

extern "C" double call(double x) {
#ifdef BY_HAND
  x = Halve{}.encodes(Square{}.encodes(Shift{}.encodes(Scale{}.encodes(x))));
  return Scale{}.decodes(Shift{}.decodes(Halve{}.decodes(x)));
#elif defined(OTHER)
  return Scale{}.encodes(x);
#else
  constexpr auto stages = fastxx::pipeline(Halve{}, Scale{}, Shift{}, Square{}, Count{});
  return stages.decode(stages(x));
#endif
}
