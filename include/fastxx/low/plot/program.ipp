#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/program.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace fastxx::detail {

struct CloseStream {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// A file without a name: it is gone with the process, whatever happens.
class NamelessFile {
 public:
  explicit NamelessFile(std::string_view bytes = {}) : file_(std::tmpfile()) {
    bool const good = file_ && (bytes.empty() || std::fwrite(bytes.data(), bytes.size(), 1, file_.get()) == 1) &&
                      std::fflush(file_.get()) == 0 && std::fseek(file_.get(), 0, SEEK_SET) == 0;
    if (!good) throw_file_error("plot.temporary", "Figure", "the folder for temporary files", errno);
  }

  int descriptor() const { return ::fileno(file_.get()); }
  std::string bytes() const {
    std::string all;
    std::array<char, 65536> block{};
    std::rewind(file_.get());
    while (std::size_t const n = std::fread(block.data(), 1, block.size(), file_.get())) all.append(block.data(), n);
    return all;
  }

 private:
  std::unique_ptr<std::FILE, CloseStream> file_;
};

inline int start_program(pid_t& child, std::vector<std::string>& words, std::array<int, 3> const& streams) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, streams[static_cast<std::size_t>(i)], i);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int const code = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

FASTXX_INLINE ProgramResult run_external(std::vector<std::string> words, std::string_view input) {
  NamelessFile const in(input), out, err;
  pid_t child = 0;
  int const code = start_program(child, words, {in.descriptor(), out.descriptor(), err.descriptor()});
  if (code != 0) return {.start_error = code};
  int status = 0;
  pid_t waited;
  do waited = ::waitpid(child, &status, 0);
  while (waited < 0 && errno == EINTR);
  int const exit_status = waited < 0 ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {.status = exit_status, .out = out.bytes(), .err = err.bytes()};
}

}  // namespace fastxx::detail
