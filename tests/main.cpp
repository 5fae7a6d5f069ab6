// The only main of all test programs. The precompiled header has read doctest's declarations already, so both switches
// are named here.
#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
