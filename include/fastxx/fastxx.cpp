// The bodies of everything in fastxx that is no template, for programs that are compiled with FASTXX_COMPILED: they
// compile in two thirds of the time. CMake's fastxx::compiled does both; without CMake,
//   g++ -std=c++20 -O2 -fopenmp -DFASTXX_COMPILED -DFASTXX_SOURCE -I fastxx/include -c fastxx/include/fastxx/fastxx.cpp
// and -DFASTXX_COMPILED for the program, which links fastxx.o.

#include <fastxx/fastxx.hpp>
#include <fastxx/low/nn.hpp>
#include <fastxx/low/patch.hpp>
#include <fastxx/testing.hpp>
