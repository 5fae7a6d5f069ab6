// expect-error: fastxx::testing: values of this type cannot be compared; give it an operator==
#include <fastxx/testing/compare.hpp>

struct Celsius {
  double degrees;
#ifdef COMPILES
  bool operator==(Celsius const&) const = default;
#endif
};
bool const same = fastxx::testing::all_close(Celsius{1}, Celsius{1});
