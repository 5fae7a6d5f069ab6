#include <all_headers.hpp>

char const* version_in_two();

// The same inline variable must be one object for both translation units.
int main() { return fastxx::version.data() == version_in_two() ? 0 : 1; }
