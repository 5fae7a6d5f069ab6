// expect-error: fastxx: an earlier pipeline stage consumes what this one takes
#include <fastxx/low/transform/pipeline.hpp>

#include <string>

struct Length {
#ifdef COMPILES
  static constexpr int order = 10;
#endif
  int encodes(std::string const& text) const { return static_cast<int>(text.size()); }
};
struct Trim {
  std::string encodes(std::string const& text) const { return text.substr(1); }
};
struct Twice {
  int encodes(int x) const { return 2 * x; }
};

#ifdef COMPILES
void bind() { decltype(fastxx::pipeline(Length{}, Trim{}))::check<std::string>(); }
#else
void bind() { decltype(fastxx::pipeline(Length{}, Twice{}, Trim{}))::check<std::string>(); }
#endif
