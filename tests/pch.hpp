#pragma once
// Read once by the compiler for all test programs. Our door comes first: it knows the order in which clang wants
// libtorch's headers.
#include <fastxx/low/torch/nn.hpp>

// glog, which Debian's libtorch includes, has macros of these names as well; in tests they are doctest's.
#undef CHECK
#undef CHECK_EQ
#undef CHECK_NE
#undef CHECK_LT
#undef CHECK_LE
#undef CHECK_GT
#undef CHECK_GE

#include <doctest/doctest.h>
