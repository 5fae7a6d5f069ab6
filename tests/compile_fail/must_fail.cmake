# cmake -DFILE=<source> -DBUILD=<build folder> -P must_fail.cmake
# Compiles FILE with its own command from compile_commands.json less -DCOMPILES, and wants the error of its first line,
# in at most 25 lines from g++ 12 (clang prints more source text around each note; when the
# error is the compiler's own "no matching function", the list of candidates is not ours to shorten).
file(STRINGS "${FILE}" regex LIMIT_COUNT 1)
if(NOT regex MATCHES "^// expect-error: (.+)$")
  message(FATAL_ERROR "${FILE}: the first line must be // expect-error: <regex>")
endif()
set(regex "${CMAKE_MATCH_1}")

include("${CMAKE_CURRENT_LIST_DIR}/../cmake/compile_command.cmake")
string(REPLACE " -DCOMPILES" "" command "${command}")
string(REGEX REPLACE " -o [^ ]+ -c " " -fsyntax-only " command "${command}")
separate_arguments(command UNIX_COMMAND "${command}")
execute_process(COMMAND ${command} WORKING_DIRECTORY "${folder}" RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
if(code EQUAL 0)
  message(NOTICE "${FILE} compiles but must not; expected error: ${regex}")
  message(FATAL_ERROR "failed")
endif()
if(NOT text MATCHES "error:[^\n]*${regex}")
  message(NOTICE "${FILE} fails with another error than: ${regex}\n${text}")
  message(FATAL_ERROR "failed")
endif()
string(REGEX MATCHALL "\n" lines "${text}")
list(LENGTH lines lines)
if(lines GREATER 25 AND NOT command MATCHES "clang" AND NOT regex MATCHES "no matching")
  message(NOTICE "${FILE}: the message has ${lines} lines, more than 25\n${text}")
  message(FATAL_ERROR "failed")
endif()
