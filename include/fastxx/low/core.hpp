#pragma once
// Types, dispatch, options, errors, random numbers: nothing here knows tensors.

#include <fastxx/low/core/dispatch.hpp>
#include <fastxx/low/core/dispatch_table.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/fixed_string.hpp>
#include <fastxx/low/core/options.hpp>
#include <fastxx/low/core/overload.hpp>
#include <fastxx/low/core/overload_for.hpp>
#include <fastxx/low/core/parts.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/runtime_dispatch.hpp>
#include <fastxx/low/core/type_name.hpp>
