# cmake -DFILE=<file> -DBUILD=<build folder> -P must_fail_together.cmake
# Compiles all the wrong files that stand in FILE and writes what the compiler says to FILE.errors, for must_fail.cmake.
include("${CMAKE_CURRENT_LIST_DIR}/compile_wrong.cmake")
compile_wrong("${FILE}" "${FILE}" code text)
if(code EQUAL 0)
  message(FATAL_ERROR "${FILE} compiles but must not")
endif()
file(WRITE "${FILE}.errors" "${text}")
