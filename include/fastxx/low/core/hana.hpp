#pragma once
// The only door to Boost.Hana: compile-time lists of stages, callbacks, metrics and parts are hana tuples.

#include <boost/hana/at.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/size.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

namespace fastxx {
namespace hana = boost::hana;
}  // namespace fastxx
