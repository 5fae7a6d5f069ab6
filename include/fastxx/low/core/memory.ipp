#pragma once

#include <fastxx/low/core/memory.hpp>

#include <cstdlib>  // any header of the C library says which one it is

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fastxx {

FASTXX_INLINE void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int largest = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, largest);
  mallopt(M_TRIM_THRESHOLD, 2 * (largest - 1));
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace fastxx
