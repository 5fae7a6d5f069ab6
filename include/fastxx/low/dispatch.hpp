#pragma once
// Functions that are chosen by the types of their arguments, all of them, by the compiler. (At run time:
// low/dispatch/runtime_dispatch.hpp.)

#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/low/dispatch/dispatch_table.hpp>
#include <fastxx/low/dispatch/overload.hpp>
#include <fastxx/low/dispatch/overload_for.hpp>
