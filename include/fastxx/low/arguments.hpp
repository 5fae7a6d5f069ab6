#pragma once
// Arguments with names, in any order, and methods that are replaced per object.

#include <fastxx/low/arguments/methods.hpp>
#include <fastxx/low/arguments/options.hpp>
#include <fastxx/low/arguments/parts.hpp>
