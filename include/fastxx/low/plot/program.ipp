#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/program.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <thread>
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

// Until it becomes the program, a child of vfork() has our memory, of which nothing is copied, and the error number that it
// leaves there is ours. posix_spawn() could not say that the program shall end with us.
inline int start_program(pid_t& child, std::vector<std::string>& words, std::array<int, 3> const& streams) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t const parent = ::getpid();
  int volatile error = 0;
  child = ::vfork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // we ended before that
    for (int i = 0; i < 3; ++i) ::dup2(streams[static_cast<std::size_t>(i)], i);
    ::execvp(arguments[0], arguments.data());
    error = errno;
    ::_exit(127);
  }
  if (child < 0) return errno;
  if (error != 0) ::waitpid(child, nullptr, 0);
  return error;
}

// Waits for the end of a program, which comes after the limit at the latest.
inline ProgramResult wait_for(pid_t child, int limit_s) {
  using namespace std::chrono;
  auto const end = steady_clock::now() + seconds(limit_s);
  ProgramResult result;
  int status = 0;
  pid_t waited = 0;
  for (microseconds pause(200); waited == 0; pause = std::min<microseconds>(2 * pause, milliseconds(2))) {
    std::this_thread::sleep_for(pause);
    if (!result.too_slow && steady_clock::now() > end) {
      result.too_slow = true;
      ::kill(child, SIGKILL);
    }
    waited = ::waitpid(child, &status, WNOHANG);
  }
  if (waited > 0) result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

FASTXX_INLINE ProgramResult run_external(std::vector<std::string> words, std::string_view input, int limit_s) {
  NamelessFile const in(input), out, err;
  pid_t child = 0;
  int const code = start_program(child, words, {in.descriptor(), out.descriptor(), err.descriptor()});
  if (code != 0) return {.start_error = code};
  ProgramResult result = wait_for(child, limit_s);
  result.out = out.bytes();
  result.err = err.bytes();
  return result;
}

}  // namespace fastxx::detail
