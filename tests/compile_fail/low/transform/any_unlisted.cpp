// expect-error: fastxx::AnyTransform<Types...>: the transform makes something of an item that is none of Types
#include <fastxx/low/transform/any.hpp>

#include <string>

struct Length {
  int encodes(std::string const& text) const { return static_cast<int>(text.size()); }
};

#ifdef COMPILES
fastxx::AnyTransform<std::string, int> const length = Length{};
#else
fastxx::AnyTransform<std::string, double> const length = Length{};
#endif
