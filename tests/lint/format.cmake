# cmake -DROOT=<repository> -DCLANG_FORMAT=<program> -P format.cmake
# .clang-format at the top decides; `clang-format -i <file>` repairs.
file(GLOB_RECURSE files "${ROOT}/include/*.[chi]pp" "${ROOT}/tests/*.[ch]pp" "${ROOT}/examples/*.[ch]pp" "${ROOT}/benchmarks/*.[ch]pp")
list(FILTER files EXCLUDE REGEX "^${ROOT}/tests/lint/bad/")
execute_process(COMMAND "${CLANG_FORMAT}" --dry-run --Werror ${files} COMMAND_ERROR_IS_FATAL ANY)
