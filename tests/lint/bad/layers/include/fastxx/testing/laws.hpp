#include <fastxx/mid/up.hpp>        // fine
#include <fastxx/testing/more.hpp>  // fine
