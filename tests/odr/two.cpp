#include <all_headers.hpp>

char const* version_in_two();
char const* version_in_two() { return fastxx::version.data(); }
