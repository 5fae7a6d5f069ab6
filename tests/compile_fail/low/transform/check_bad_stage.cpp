// expect-error: fastxx: this pipeline stage takes none of the types it is given
#include <fastxx/low/transform/pipeline.hpp>

#include <string>
#include <tuple>

struct Length {
  int encodes(std::string const& text) const { return static_cast<int>(text.size()); }
};
struct Half {
  double encodes(int x) const { return x / 2.0; }
};

#ifdef COMPILES
using Item = std::tuple<std::string, int>;
#else
using Item = std::tuple<double, float>;  // neither stage takes a double or a float
#endif
void bind() { decltype(fastxx::pipeline(Length{}, Half{}))::check<Item>(); }
