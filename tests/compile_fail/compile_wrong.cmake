# compile_wrong(FILE SOURCE CODE TEXT): compiles SOURCE as compile_commands.json of the build folder BUILD says of FILE, but
# without COMPILES and for its messages alone; sets CODE to the compiler's exit code and TEXT to what it said.
function(compile_wrong FILE SOURCE code text)
  include("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../cmake/compile_command.cmake")
  string(REPLACE " ${FILE}" " ${SOURCE}" command "${command}")
  string(REPLACE " -DCOMPILES" "" command "${command}")
  string(REGEX REPLACE " -o [^ ]+ -c " " -fsyntax-only " command "${command}")
  separate_arguments(command UNIX_COMMAND "${command}")
  execute_process(COMMAND ${command} WORKING_DIRECTORY "${folder}" RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  set(${code} "${result}" PARENT_SCOPE)
  set(${text} "${said}" PARENT_SCOPE)
endfunction()
