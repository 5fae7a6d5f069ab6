#pragma once

#include <fastxx/low/core/bodies.hpp>

namespace fastxx {

/// Tell glibc to keep freed memory for the next allocation instead of handing it back to the kernel.
///
/// Training allocates and frees the same large blocks in every step; under glibc's defaults each of them is mapped,
/// zeroed and unmapped again. It is a setting of the whole process, so the library never does it by itself: call it
/// once, early in main. The process then holds on to its largest size.
/// Runs:    does nothing with another C library
/// Source:  mallopt(3)
/// Example: examples/fashion_mnist.cpp
void keep_freed_memory();

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/core/memory.ipp>
#endif
