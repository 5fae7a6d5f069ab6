// expect-error: fastxx: archive\(name, value\): 'value' must be a tensor, have serialize\(archive\), or be made of bool
#include <fastxx/low/io/state.hpp>

#include <vector>

struct Point {
  double x = 0, y = 0;
};
struct Path {
#ifdef COMPILES
  std::vector<double> points = {};
#else
  std::vector<Point> points = {};
#endif
  void serialize(auto& archive) { archive("points", points); }
};
void save(Path& path, fastxx::StateWriter& writer) { path.serialize(writer); }
