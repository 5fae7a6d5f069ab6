// expect-error: fastxx: an overload_for<encodes_set, Transform, Item> needs a const call operator
#include <fastxx/low/transform/pipeline.hpp>

#include <string>

struct Half {
  double encodes(double x) const { return x / 2; }
};

template <>
struct fastxx::overload_for<fastxx::encodes_set, Half, std::string> {
#ifdef COMPILES
  std::string operator()(Half const&, std::string const& x) const { return x.substr(x.size() / 2); }
#else
  std::string operator()(std::string const& x) const { return x.substr(x.size() / 2); }
#endif
};
auto use() { return fastxx::pipeline(Half{})(std::string("text")); }
