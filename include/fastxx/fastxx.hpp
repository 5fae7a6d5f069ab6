#pragma once
// Everything.

#include <fastxx/vision.hpp>
