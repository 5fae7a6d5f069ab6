#pragma once

#include <cstddef>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fastxx {

/// Tell glibc to keep freed memory for the next allocation instead of handing it back to the kernel.
///
/// Training allocates and frees the same large blocks in every step; under glibc's defaults each of them is mapped,
/// zeroed and unmapped again. It is a setting of the whole process, so the library never does it by itself: call it
/// once, early in main. The process then holds on to its largest size.
/// Runs:    does nothing with another C library
/// Source:  mallopt(3)
/// Example: examples/fashion_mnist.cpp
inline void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int largest = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, largest);
  mallopt(M_TRIM_THRESHOLD, 2 * (largest - 1));
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace fastxx
