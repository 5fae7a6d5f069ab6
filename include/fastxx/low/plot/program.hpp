#pragma once
// Runs another program once. Nothing passes through a shell, and no file has a name.

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

// What became of a program. `status` is its exit status, 128 + n after signal n, or -1 when the host ignores SIGCHLD.
struct ProgramResult {
  int start_error = 0;    ///< errno when it could not be started
  bool too_slow = false;  ///< it was ended after its time
  int status = -1;
  std::string out = {}, err = {};
};

// Look `words[0]` up in PATH, run it with the other words as arguments, and wait for it: at most so long, and it ends
// when this thread does.
ProgramResult run_external(std::vector<std::string> words, std::string_view input = {}, int limit_s = 60);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/plot/program.ipp>
#endif
