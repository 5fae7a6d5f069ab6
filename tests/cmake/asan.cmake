# cmake -C tests/cmake/asan.cmake -B build/asan && cmake --build build/asan && ctest --test-dir build/asan
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wno-maybe-uninitialized" CACHE STRING "")
set(FASTXX_TESTS ON CACHE BOOL "")
set(FASTXX_EXAMPLES ON CACHE BOOL "")
