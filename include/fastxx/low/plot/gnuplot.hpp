#pragma once
// Runs gnuplot once: a script goes in, the bytes of a PNG come out.

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <string>
#include <string_view>

namespace fastxx::detail {

// The PNG that gnuplot makes of a script, which may hold binary data after its plot command.
std::string run_gnuplot(std::string_view script);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/plot/gnuplot.ipp>
#endif
