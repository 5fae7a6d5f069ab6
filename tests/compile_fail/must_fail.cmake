# cmake -DSOURCE=<file> -DFILE=<file> -DBUILD=<build folder> -P must_fail.cmake
# SOURCE, compiled without COMPILES but else as compile_commands.json says of FILE, must stop with the error of its first
# line (and no other where that says expect-only-error), in at most 25 lines from g++ 12 (clang prints more source text
# around each note; when the error is the compiler's own "no matching function", the list of candidates is not ours to
# shorten). Where FILE.errors (must_fail_together.cmake) has that already, SOURCE is not compiled once more: g++ needs four
# seconds for libtorch's modules, whatever comes behind them.
file(STRINGS "${SOURCE}" regex LIMIT_COUNT 1)
if(NOT regex MATCHES "^// expect-(only-)?error: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be // expect-error: <regex>")
endif()
set(only "${CMAKE_MATCH_1}")
set(regex "${CMAKE_MATCH_2}")

# Sets `wrong` to what is wrong with the compiler's messages in `text`; empty when nothing is.
macro(judge)
  set(wrong "")
  string(REGEX MATCHALL " error:" errors "${text}")
  list(LENGTH errors errors)
  string(REGEX MATCHALL "\n" lines "${text}")
  list(LENGTH lines lines)
  if(NOT text MATCHES "error:[^\n]*${regex}")
    set(wrong "fails with another error than: ${regex}")
  elseif(only AND errors GREATER 1)
    set(wrong "more errors than the expected one")
  elseif(lines GREATER 25 AND NOT CXX MATCHES "clang" AND NOT regex MATCHES "no matching")
    set(wrong "the message has ${lines} lines, more than 25")
  endif()
endmacro()

if(EXISTS "${FILE}.errors")
  execute_process(COMMAND awk -v "source=${SOURCE}" -f "${CMAKE_CURRENT_LIST_DIR}/errors_of.awk" "${FILE}.errors"
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  judge()
  if(NOT wrong)
    return()
  endif()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/compile_wrong.cmake")
compile_wrong("${FILE}" "${SOURCE}" code text)
if(code EQUAL 0)
  set(wrong "compiles but must not; expected error: ${regex}")
else()
  judge()
endif()
if(wrong)
  message(NOTICE "${SOURCE}: ${wrong}\n${text}")
  message(FATAL_ERROR "failed")
endif()
