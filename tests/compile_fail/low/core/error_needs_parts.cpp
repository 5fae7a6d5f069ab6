// expect-error: (no matching function for call to|no matching constructor for initialization of)
#include <fastxx/low/core/error.hpp>

#ifdef COMPILES
fastxx::error const made{"loader.batch_size", {.call = "DataLoader", .expected = "at least 1", .got = "0"}};
#else
fastxx::error const made{"loader.batch_size"};  // a key alone tells nobody what to do
#endif
