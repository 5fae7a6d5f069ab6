#pragma once
// What all else stands on: errors, type names, random numbers. Nothing here knows tensors.

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/fixed_string.hpp>
#include <fastxx/low/core/named.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>
