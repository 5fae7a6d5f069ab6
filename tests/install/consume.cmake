# cmake -DCONSUMER=<folder beside this file> -DROOT= -DBUILD= ... -P consume.cmake
# Builds the foreign project from nothing in BUILD/consumers/CONSUMER and runs its program.
set(work "${BUILD}/consumers/${CONSUMER}")
file(REMOVE_RECURSE "${work}")
file(MAKE_DIRECTORY "${work}")
set(CMAKE_EXECUTE_PROCESS_COMMAND_ECHO STDOUT)

if(CONSUMER STREQUAL "plain")
  separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS} ${PLAIN_FLAGS}")
  execute_process(COMMAND "${CXX}" -std=c++20 -O2 -fopenmp -I "${ROOT}/include" ${flags} "${CMAKE_CURRENT_LIST_DIR}/main.cpp"
    -o "${work}/consumer" "-L${TORCH_LIB}" "-Wl,-rpath,${TORCH_LIB}" -lstdc++ -ltorch -ltorch_cpu -lc10 -lz -ldeflate COMMAND_ERROR_IS_FATAL ANY)
else()
  # As README says, on a machine without what tests and examples need; and a relocatable install: the tree is installed in
  # one place and used from another.
  execute_process(COMMAND "${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${ROOT}" -B "${work}/fastxx" "-DCMAKE_CXX_COMPILER=${CXX}"
    "-DCMAKE_PREFIX_PATH=${PREFIX_PATH}" -DCMAKE_DISABLE_FIND_PACKAGE_doctest=ON -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" --install "${work}/fastxx" --prefix "${work}/made" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(RENAME "${work}/made" "${work}/moved")
  execute_process(COMMAND "${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${CMAKE_CURRENT_LIST_DIR}/${CONSUMER}" -B "${work}"
    "-DROOT=${ROOT}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}"
    "-DCMAKE_PREFIX_PATH=${work}/moved;${PREFIX_PATH}" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${work}" COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(COMMAND "${work}/consumer" COMMAND_ERROR_IS_FATAL ANY)
# PyTorch's own builds of libtorch export an older std::filesystem: the system's has to be found first.
execute_process(COMMAND readelf --dynamic "${work}/consumer" OUTPUT_VARIABLE needed COMMAND_ERROR_IS_FATAL ANY)
string(FIND "${needed}" "[libstdc++.so" of_system)
string(FIND "${needed}" "[libtorch" of_torch)
if(of_torch GREATER -1 AND (of_system EQUAL -1 OR of_system GREATER of_torch))
  message(FATAL_ERROR "libstdc++ must come before libtorch in what the program needs:\n${needed}")
endif()
