#pragma once
// Where the bodies of functions that are no templates are compiled. They stand in the .ipp file beside their header:
// every program compiles the ones it calls, unless it is told FASTXX_COMPILED and links what <fastxx/fastxx.cpp> gives.

#if !defined(FASTXX_COMPILED)
#define FASTXX_INLINE inline
#define FASTXX_BODIES 1
#else
#define FASTXX_INLINE
#if defined(FASTXX_SOURCE)
#define FASTXX_BODIES 1
#else
#define FASTXX_BODIES 0
#endif
#endif
