#include <fastxx/low/io/up.hpp>  // fine
