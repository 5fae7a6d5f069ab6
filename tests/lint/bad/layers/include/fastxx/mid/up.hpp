#include <fastxx/app/vision/core.hpp>  // up
#include <fastxx/low/io/up.hpp>        // fine
#include <fastxx/vision.hpp>           // up: the headers at the top are for users
