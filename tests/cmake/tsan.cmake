# cmake -C tests/cmake/tsan.cmake -B build/tsan && cmake --build build/tsan
# OMP_NUM_THREADS=1 ctest --test-dir build/tsan     (libgomp is not built for the thread sanitizer and would be reported)
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer -fsanitize=thread" CACHE STRING "")
set(FASTXX_TESTS ON CACHE BOOL "")
set(FASTXX_EXAMPLES ON CACHE BOOL "")
