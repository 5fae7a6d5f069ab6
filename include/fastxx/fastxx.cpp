// The bodies of everything in fastxx that is no template, for programs that are compiled with FASTXX_COMPILED: they
// compile in two thirds of the time. CMake's fastxx::compiled does both; without CMake,
//   g++ -std=c++20 -O2 -fopenmp -I fastxx/include -isystem /usr/include/torch/csrc/api/include
//       -DFASTXX_COMPILED -DFASTXX_SOURCE -c fastxx/include/fastxx/fastxx.cpp
// (one line) and -DFASTXX_COMPILED for the files of the program, which links fastxx.o (if it does not: "undefined
// reference to fastxx::..."). Files compiled without the define may be linked with the others. -DFASTXX_SOURCE is for
// this file alone.

#include <fastxx/fastxx.hpp>
#include <fastxx/low/nn.hpp>
#include <fastxx/low/patch.hpp>
#include <fastxx/mid/callbacks_by_name.hpp>
#include <fastxx/mid/data/regex_labeller.hpp>
#include <fastxx/testing.hpp>
