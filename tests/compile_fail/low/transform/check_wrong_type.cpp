// expect-only-error: fastxx: this pipeline stage takes none of the types it is given
#include <fastxx/low/transform/pipeline.hpp>

#include <string>

struct Length {
  int encodes(std::string const& text) const { return static_cast<int>(text.size()); }
};
struct Half {  // took a text as well, but in front of Length it would leave that nothing to take
#ifdef COMPILES
  double encodes(int length) const { return length / 2.; }
#else
  double encodes(std::string const& text) const { return static_cast<double>(text.size()) / 2; }
#endif
};

void bind() { decltype(fastxx::pipeline(Length{}, Half{}))::check<std::string>(); }
