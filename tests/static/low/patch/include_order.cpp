// The nn and patch headers first: their private names must not hide the public ones that later headers use.
// clang-format off
#include <fastxx/low/patch.hpp>

#include <fastxx/low/collection.hpp>
#include <fastxx/low/core.hpp>
