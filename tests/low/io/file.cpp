#include "limits.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/idx.hpp>
#include <fastxx/low/io/safetensors.hpp>

#include <atomic>
#include <csignal>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("fastxx_file_" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path), fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::size_t count() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {})); }
};

/// No file may grow past `bytes` while this lives: a full disk that needs no disk.
struct FullDisk {
  rlimit old{};
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    rlimit const low{bytes, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &low);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, SIG_DFL);
  }
};

template <class Call>
std::string io_error_of(Call call) {
  try {
    call();
  } catch (fastxx::io_error const& error) {
    return error.what();
  }
  return "";
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("file: what was written is read again, also no bytes, zero bytes and a megabyte") {
  Folder const folder;
  for (std::string const& bytes : {std::string(), std::string("a\0b\n", 4), std::string(1 << 20, 'x')}) {
    fastxx::write_file_atomically(folder.path / "f", bytes);
    CHECK(fastxx::read_file(folder.path / "f") == bytes);
  }
  CHECK(folder.count() == 1);
}

TEST_CASE("file: files whose size the system does not know are read to their end") {
  CHECK(has(fastxx::read_file("/proc/self/status"), "Pid:"));
}

TEST_CASE("file: a file that is larger than memory is refused with its size") {
  if (sanitized) return;
  Folder const folder;
  fastxx::write_file_atomically(folder.path / "f", "x");
  fs::resize_file(folder.path / "f", std::uintmax_t{1} << 40);  // a sparse file takes no room
  LimitedMemory const limited(4);
  std::string const text = io_error_of([&] { fastxx::read_file(folder.path / "f"); });
  CHECK_MESSAGE(has(text, "[file.memory] read_file: expected memory for 1099511627777 bytes; got less"), text);
  CHECK(has(text, (folder.path / "f").string()));
}

TEST_CASE("file: the name of a file gives no orders to the terminal") {
  CHECK(has(io_error_of([] { fastxx::read_file("/nowhere/\x1b[2J"); }), "/nowhere/\\x1b[2J"));
}

TEST_CASE("file: reading a missing file or a folder says path and reason") {
  std::string const missing = io_error_of([] { fastxx::read_file("/nowhere/file"); });
  CHECK(has(missing, "[file.read]"));
  CHECK(has(missing, "/nowhere/file"));
  CHECK(has(missing, "No such file or directory"));
  CHECK(has(io_error_of([] { fastxx::read_file(fs::temp_directory_path()); }), "Is a directory"));
}

TEST_CASE("file: a disk that fills up while writing keeps the old file and leaves no temporary") {
  Folder const folder;
  fs::path const path = folder.path / "model";
  fastxx::write_file_atomically(path, "old");
  std::string text;
  {
    FullDisk const full(1000);
    text = io_error_of([&] { fastxx::write_file_atomically(path, std::string(5000, 'x')); });
  }
  CHECK(has(text, "File too large"));
  CHECK(has(text, path.string()));
  CHECK(fastxx::read_file(path) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("file: an exception in the writer's callback keeps the old file and leaves no temporary") {
  Folder const folder;
  fastxx::write_file_atomically(folder.path / "f", "old");
  CHECK_THROWS_AS(fastxx::write_file_atomically(folder.path / "f",
                                                [](fastxx::FileWriter& writer) {
                                                  writer.write("half");
                                                  throw std::logic_error("stop");
                                                }),
                  std::logic_error);
  CHECK(fastxx::read_file(folder.path / "f") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("file: writing into a missing folder, under a file or onto a folder is refused with the reason") {
  Folder const folder;
  fastxx::write_file_atomically(folder.path / "f", "x");
  auto const reason = [](fs::path const& path) {
    return io_error_of([&] { fastxx::write_file_atomically(path, "x"); });
  };
  CHECK(has(reason(folder.path / "none" / "g"), "No such file or directory"));
  CHECK(has(reason(folder.path / "f" / "g"), "Not a directory"));
  CHECK(has(reason(folder.path), "Is a directory"));
  CHECK(has(reason(""), "No such file or directory"));
}

TEST_CASE("file: of a pipe that has bytes ready, like the shell's <(...), and of a device one sentence says it") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "bytes", 5) == 5);
  fs::path const pipe = "/dev/fd/" + std::to_string(ends[0]);
  for (auto const& [path, got] : {std::pair(pipe, "got a pipe"), std::pair(fs::path("/dev/zero"), "got a device")})
    for (std::string const& text : {io_error_of([&path = path] { fastxx::load_safetensors(path); }),
                                    io_error_of([&path = path] { fastxx::read_idx(path); })}) {
      CHECK_MESSAGE(has(text, got), text);
      CHECK(has(text, "goes into a file first"));
    }
  ::close(ends[0]), ::close(ends[1]);
}

TEST_CASE("file: bytes that the system says are 0 are no idx or safetensors file of 0 bytes") {
  auto const idx = io_error_of([] { fastxx::read_idx("/proc/self/cmdline"); });
  CHECK(has(idx, "[idx."));
  CHECK(has(io_error_of([] { fastxx::load_safetensors("/proc/self/status"); }), "whose size the system knows"));
}

TEST_CASE("file: a pipe, a socket, a device or a folder is named in one sentence, and no reader waits for it") {
  Folder const folder;
  fs::path const pipe = folder.path / "pipe", socket = folder.path / "socket", link = folder.path / "link";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  REQUIRE(::mknod(socket.c_str(), S_IFSOCK | 0600, 0) == 0);
  fs::create_symlink("pipe", link);
  std::pair<fs::path, std::string> const cases[] = {{pipe, "got a pipe"},
                                                    {link, "got a pipe"},
                                                    {socket, "got a socket"},
                                                    {"/dev/null", "got a device"},
                                                    {folder.path, "Is a directory"}};
  ::alarm(20);  // what waits ends the program
  for (auto const& [path, got] : cases) {
    std::string const read = io_error_of([&path = path] { fastxx::read_file(path); });
    std::string const written = io_error_of([&path = path] { fastxx::write_file_atomically(path, "x"); });
    for (std::string const& text : {read, written, io_error_of([&path = path] { fastxx::load_safetensors(path); }),
                                    io_error_of([&path = path] { fastxx::read_idx(path); })}) {
      CHECK_MESSAGE(has(text, got), text);
      CHECK(has(text, path.string()));
    }
    CHECK(has(read, "[file.read]"));
    CHECK(has(written, "[file.write]"));
  }
  ::alarm(0);
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("file: a device is refused and not replaced, because root could") {
  CHECK(has(io_error_of([] { fastxx::write_file_atomically("/dev/full", "x"); }), "a device"));
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("file: a link stays a link, and permissions stay") {
  Folder const folder;
  fastxx::write_file_atomically(folder.path / "real", "old");
  ::chmod((folder.path / "real").c_str(), 0640);
  fs::create_symlink("real", folder.path / "link");
  fastxx::write_file_atomically(folder.path / "link", "new");
  CHECK(fs::is_symlink(folder.path / "link"));
  CHECK(fastxx::read_file(folder.path / "real") == "new");
  CHECK(fs::status(folder.path / "real").permissions() == fs::perms(0640));
}

namespace {

/// A process that has begun to write and then does nothing, until it is killed.
struct StuckWriter {
  pid_t process;
  explicit StuckWriter(fs::path const& path) : process(::fork()) {
    if (process != 0) return;
    fastxx::write_file_atomically(path, [&](fastxx::FileWriter& writer) {
      writer.write("half");
      fastxx::write_file_atomically(path.parent_path() / "stuck", "x");
      for (;;) ::pause();
    });
  }
  ~StuckWriter() { kill(); }
  void kill() {
    if (process > 0) ::kill(process, SIGKILL), ::waitpid(process, nullptr, 0);
    process = 0;
  }
};

}  // namespace

TEST_CASE("file: what a killed writer has left goes when the file is written again; that of a living one stays") {
  Folder const folder;
  fs::path const path = folder.path / "model", stuck = folder.path / "stuck";
  auto const write = [&] { fastxx::write_file_atomically(path, "new"); };
  for (int writers = 1; writers <= 3; ++writers) {
    StuckWriter first(path);
    while (!fs::exists(stuck)) ::usleep(1000);
    fs::remove(stuck);
    write();
    CHECK(folder.count() == 2);  // the file, and what the other writes
    StuckWriter second(path);
    while (!fs::exists(stuck)) ::usleep(1000);
    fs::remove(stuck);
    CHECK(folder.count() == 3);
    first.kill();
    second.kill();
    CHECK(folder.count() == 3);
    write();
    CHECK(folder.count() == 1);
  }
  CHECK(fastxx::read_file(path) == "new");
}

TEST_CASE("file: many writers of one file all succeed, and none takes another's temporary for one left behind") {
  Folder const folder;
  fs::path const path = folder.path / "model";
  std::atomic<int> failures{0};
  std::vector<std::thread> writers;
  for (int thread = 0; thread < 6; ++thread)
    writers.emplace_back([&, thread] {
      for (int i = 0; i < 300; ++i) {
        try {
          fastxx::write_file_atomically(path, std::string(100, static_cast<char>('a' + thread)));
        } catch (fastxx::io_error const&) {
          ++failures;
        }
      }
    });
  for (std::thread& writer : writers) writer.join();
  CHECK(failures == 0);
  std::string const bytes = fastxx::read_file(path);
  CHECK(bytes == std::string(100, bytes[0]));
  CHECK(folder.count() == 1);
}

TEST_CASE("file: a link that waits where a temporary file would be leads nowhere") {
  Folder const folder;
  fastxx::write_file_atomically(folder.path / "victim", "mine");
  fs::path const output = folder.path / "output";
  fs::create_directory(output);
  for (char const* name : {"probe", "model"})
    for (int n = 0; n < 3; ++n) {
      fs::create_symlink(folder.path / "victim", output / fastxx::detail::join({".", name, ".", n, ".tmp"}));
      fs::create_hard_link(folder.path / "victim", output / fastxx::detail::join({".", name, ".", n + 3, ".tmp"}));
    }
  fastxx::make_output_folder(output);
  fastxx::write_file_atomically(output / "model", "new");
  CHECK(fastxx::read_file(folder.path / "victim") == "mine");
  CHECK(fastxx::read_file(output / "model") == "new");
}

TEST_CASE("file: an output folder is made with its parents and left empty") {
  Folder const folder;
  fastxx::make_output_folder(folder.path / "a" / "b");
  fastxx::make_output_folder(folder.path / "a" / "b");
  CHECK(fs::is_empty(folder.path / "a" / "b"));
}

TEST_CASE("file: an output folder that cannot be made or written is refused at once") {
  Folder const folder;
  fastxx::write_file_atomically(folder.path / "f", "x");
  auto const reason = [](fs::path const& path) { return io_error_of([&] { fastxx::make_output_folder(path); }); };
  CHECK(has(reason(folder.path / "f" / "out"), "[file.folder]"));
  CHECK(has(reason(folder.path / "f"), "Not a directory"));
  CHECK(has(reason("/proc"), "/proc"));  // exists, and nobody can create a file there
  FullDisk const full(0);
  CHECK(has(reason(folder.path / "full"), "File too large"));
  CHECK(fs::is_empty(folder.path / "full"));
}
