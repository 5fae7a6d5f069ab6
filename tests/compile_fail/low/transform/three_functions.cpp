// expect-error: fastxx::transform\(encode, decode\): give one function to encode and at most one to decode
#include <fastxx/low/transform/function.hpp>

int half(int x) { return x / 2; }
int twice(int x) { return x * 2; }
#ifdef COMPILES
auto both = fastxx::transform(half, twice);
#else
auto both = fastxx::transform(half, twice, half);
#endif
