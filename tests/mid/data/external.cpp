#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/external.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <pty.h>
#include <pwd.h>
#include <set>
#include <string>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;
namespace fs = std::filesystem;

namespace {

// A folder for one test, which is fastai's home meanwhile. Nothing is asked of a proxy.
class Home {
 public:
  Home() {
    root = temporary_folder("external");
    ::setenv("FASTAI_HOME", (root / "home").c_str(), 1);
    ::setenv("no_proxy", "*", 1);
  }
  ~Home() {
    fs::remove_all(root);
    ::setenv("FASTAI_HOME", "/nonexistent/fastai", 1);
  }
  fs::path archive(std::string const& name) const { return root / "home/archive" / name; }
  fs::path data(std::string const& name) const { return root / "home/data" / name; }

  fs::path root;
};

std::set<std::string> names_in(fs::path const& folder) {
  std::set<std::string> names;
  if (fs::exists(folder))
    for (auto const& entry : fs::recursive_directory_iterator(folder))
      names.insert(entry.path().lexically_relative(folder).string());
  return names;
}
using Names = std::set<std::string>;

// ---- Archives

struct Entry {
  std::string name, text = "text";
  mode_t type = AE_IFREG;
  std::string target = {};  // of a symbolic link
  std::string hard = {};    // the other name of a hard link
};

std::string archive_of(std::vector<Entry> const& entries, int format = ARCHIVE_FORMAT_TAR_PAX_RESTRICTED,
                       int filter = ARCHIVE_FILTER_GZIP) {
  detail::Utf8Names const
      names;  // so that the names are written as UTF-8, which the reader must understand in any locale
  std::string bytes;
  archive* const writer = ::archive_write_new();
  REQUIRE(::archive_write_set_format(writer, format) == ARCHIVE_OK);
  if (format != ARCHIVE_FORMAT_ZIP) REQUIRE(::archive_write_add_filter(writer, filter) == ARCHIVE_OK);
  ::archive_write_set_bytes_in_last_block(writer, 1);
  auto const keep = [](archive*, void* to, void const* from, std::size_t size) -> la_ssize_t {
    static_cast<std::string*>(to)->append(static_cast<char const*>(from), size);
    return static_cast<la_ssize_t>(size);
  };
  ::archive_write_open(writer, &bytes, nullptr, +keep, nullptr);
  for (Entry const& one : entries) {
    archive_entry* const entry = ::archive_entry_new();
    ::archive_entry_copy_pathname(entry, one.name.c_str());
    ::archive_entry_set_filetype(entry, one.type);
    ::archive_entry_set_perm(entry, one.type == AE_IFDIR ? 0755 : 0644);
    bool const has_text = one.type == AE_IFREG && one.hard.empty();
    ::archive_entry_set_size(entry, has_text ? static_cast<la_int64_t>(one.text.size()) : 0);
    if (!one.target.empty()) ::archive_entry_copy_symlink(entry, one.target.c_str());
    if (!one.hard.empty()) ::archive_entry_copy_hardlink(entry, one.hard.c_str());
    REQUIRE(::archive_write_header(writer, entry) >= ARCHIVE_WARN);
    if (has_text) ::archive_write_data(writer, one.text.data(), one.text.size());
    ::archive_entry_free(entry);
  }
  ::archive_write_close(writer);
  ::archive_write_free(writer);
  return bytes;
}

// Bytes that gzip cannot make smaller, so that a download has some length.
std::string noise(std::size_t size) {
  std::string bytes(size, ' ');
  std::uint32_t state = 1;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

std::string const& pets() {
  static std::string const bytes = archive_of({{"pets/a.txt", "a"}, {"pets/sub/noise", noise(300000)}});
  return bytes;
}
Names const pets_files{"a.txt", "sub", "sub/noise"};

// ---- A server on the loopback address

struct Request {
  std::string target, all;
  std::string header(std::string const& name) const {
    auto const at = all.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    auto const from = at + name.size() + 4;
    return all.substr(from, all.find('\r', from) - from);
  }
};

class Server {
 public:
  using Handler = std::function<void(Server&, int socket, Request const&)>;

  explicit Server(Handler handler) : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 8) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string url(std::string const& name) const { return "http://127.0.0.1:" + std::to_string(port_) + "/" + name; }
  std::vector<Request> requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
  }

  static void say(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  static void answer(int socket, std::string const& status, std::string const& headers, std::string_view body) {
    std::string const length =
        contains(headers, "Content-Length") ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    say(socket, "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + length + headers + "\r\n");
    say(socket, body);
  }
  // Until the client has had enough.
  static void stall(int socket) {
    char byte;
    while (::recv(socket, &byte, 1, 0) > 0) continue;
  }

 private:
  void serve() {
    while (true) {
      int const socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      Request request;
      char byte;
      while (!request.all.ends_with("\r\n\r\n") && ::recv(socket, &byte, 1, 0) == 1) request.all += byte;
      auto const from = request.all.find(' ') + 1;
      request.target = request.all.substr(from, request.all.find(' ', from) - from);
      {
        std::lock_guard const lock(mutex_);
        requests_.push_back(request);
      }
      handler_(*this, socket, request);
      ::close(socket);
    }
  }

  Handler handler_;
  int listener_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

// Serves one file as real servers do.
struct FileHandler {
  std::string bytes;
  std::string tag = "\"one\"";
  std::size_t cut = std::string::npos;  // the connection breaks after so many bytes of an answer
  int cuts = 1000;                      // so many answers are cut
  bool ranges = true;
  bool stalls = false;  // instead of breaking

  void operator()(Server&, int socket, Request const& request) {
    std::string const headers = tag.empty() ? "" : "ETag: " + tag + "\r\n";
    std::string const range = request.header("Range"), condition = request.header("If-Range");
    std::size_t from = 0;
    if (ranges && range.starts_with("bytes=") && (condition.empty() || condition == tag))
      from = std::stoul(range.substr(6));
    if (from > 0 && from >= bytes.size()) return Server::answer(socket, "416 Range Not Satisfiable", headers, "");
    std::string const content_range = "Content-Range: bytes " + std::to_string(from) + "-" +
                                      std::to_string(bytes.size() - 1) + "/" + std::to_string(bytes.size()) + "\r\n";
    std::string const body = bytes.substr(from);
    std::string const length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    bool const cut_now = cuts > 0 && cut < body.size();
    if (cut_now) --cuts;
    Server::answer(socket, from ? "206 Partial Content" : "200 OK", headers + length + (from ? content_range : ""),
                   std::string_view(body).substr(0, cut_now ? cut : std::string::npos));
    if (cut_now && stalls) Server::stall(socket);
  }
};

// What fastai would know of these bytes.
struct Known {
  std::string address, md5;
  std::uint64_t size;
  operator DataURL() const { return {address, size, md5}; }
};
Known known(std::string address, std::string const& bytes) {
  return {std::move(address), detail::md5(std::string_view(bytes).substr(0, 1 << 20)), bytes.size()};
}

UntarOptions const quiet{.progress = false, .patience = std::chrono::seconds(5)};

// An address where nobody listens.
std::string dead_url(std::string const& name) {
  Server const server([](Server&, int, Request const&) {});
  return server.url(name);
}

// An archive of these bytes put by hand where untar_data looks for it, and extracted without any network.
fs::path extract(Home const& home, std::string const& bytes, std::string const& name = "set.tgz",
                 UntarOptions const& options = quiet) {
  fs::create_directories(home.archive(name).parent_path());
  write_file_atomically(home.archive(name), bytes);
  return untar_data("http://127.0.0.1:1/" + name, options);
}

}  // namespace

TEST_CASE("URLs are fastai's") {
  static_assert(URLs::PETS.address == "https://s3.amazonaws.com/fast-ai-imageclas/oxford-iiit-pet.tgz");
  static_assert(URLs::MNIST_TINY.size == 342207 && URLs::MNIST_TINY.md5 == "56143e8f24db90d925d82a5a74141875");
  static_assert(URLs::S3_COCO == "https://s3.amazonaws.com/fast-ai-coco/");
  static_assert(URLs::all.size() == 57);
  std::string lines;
  std::uint64_t bytes = 0, checked = 0;
  for (DataURL const* const url : URLs::all) {
    lines += std::string(url->address) + " " + std::to_string(url->size) + " " + std::string(url->md5) + "\n";
    bytes += url->size, checked += url->size > 0;
    CHECK(url->md5.size() == (url->size > 0 ? 32 : 0));
  }
  CHECK(checked == 54);
  CHECK(bytes == 37601483861);
  CHECK(detail::md5(lines) == "6b0e6578a81a437a298fb5f23485ce4e");  // made by Python out of fastai's own files
  CHECK(detail::known_url(URLs::CAMVID.address).size == URLs::CAMVID.size);
  CHECK(detail::known_url("http://x/y").size == 0);
}

TEST_CASE("MD5 as RFC 1321 has it") {
  CHECK(detail::md5("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(detail::md5("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(detail::md5("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
  CHECK(detail::md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
  CHECK(detail::md5(std::string(55, 'a')) == "ef1772b6dff9a122358552954ad0df65");
  CHECK(detail::md5(std::string(56, 'a')) == "3b0c8ac703f828b04c6c197006d17218");
  CHECK(detail::md5(std::string(64, 'a')) == "014842d480b571495a4a0363793f7367");
}

TEST_CASE("config.ini is fastai's") {
  Home const home;
  SUBCASE("it is written when it is not there") {
    CHECK(fastai_path("data") == home.root / "home/data");
    CHECK(read_file(home.root / "home/config.ini") ==
          "[DEFAULT]\ndata = data\narchive = archive\nstorage = tmp\nmodel = models\n\n");
    CHECK(fastai_path("model") == home.root / "home/models");
    CHECK(fastai_path("storage") == home.root / "home/tmp");
    CHECK(fastai_cfg().values.size() == 4);
  }
  SUBCASE("it is read, and what it lacks is fastai's") {
    fs::create_directories(home.root / "home");
    write_file_atomically(
        home.root / "home/config.ini",
        "# mine\n[DEFAULT]\r\nData=/big disk/data\n; archive = no\narchive: old\n\n[other]\nmodel = no\n");
    CHECK(fastai_path("data") == "/big disk/data");
    CHECK(fastai_path("archive") == home.root / "home/old");
    CHECK(fastai_path("model") == home.root / "home/models");
    CHECK(key_of([] { fastai_path("weights"); }) == "untar.key");
    CHECK(contains(error_of([] { fastai_path("weights"); }), "archive, data, model, storage"));
  }
  SUBCASE("what it cannot say is refused") {
    fs::create_directories(home.root / "home");
    for (std::string const text : {"[DEFAULT]\ndata\n", "data = a\n", "[DEFAULT]\ndata = a\n  archive = b\n",
                                   "[DEFAULT]\ndata = %(archive)s\n", "[DEFAULT]\n = a\n"}) {
      write_file_atomically(home.root / "home/config.ini", text);
      CHECK_MESSAGE(key_of([] { fastai_path("data"); }) == "untar.config", text);
    }
  }
  SUBCASE("~ is the user's home, with and without FASTAI_HOME") {
    std::string const before = std::getenv("HOME") ? std::getenv("HOME") : "";
    ::setenv("HOME", (home.root / "user").c_str(), 1);
    ::setenv("FASTAI_HOME", "~/mine", 1);
    CHECK(fastai_path("data") == home.root / "user/mine/data");
    ::unsetenv("FASTAI_HOME");
    CHECK(fastai_path("data") == home.root / "user/.fastai/data");
    CHECK(fs::exists(home.root / "user/.fastai/config.ini"));
    CHECK(detail::expand_user("~root/x") == std::string(::getpwnam("root")->pw_dir) + "/x");
    ::setenv("HOME", before.c_str(), 1);
  }
  SUBCASE("a home that cannot be written") {
    ::setenv("FASTAI_HOME", "/proc/fastai", 1);
    CHECK(fastai_path("data") == "/proc/fastai/data");
    CHECK(key_of([] { untar_data(std::string("http://127.0.0.1:1/x.tgz"), quiet); }) == "untar.write");
  }
  SUBCASE("the path of an address") {
    CHECK(URLs::path(URLs::PETS) == home.archive("oxford-iiit-pet.tgz"));
    CHECK(URLs::path("http://x/a/b.tgz?c=/d", "data") == home.data("b.tgz"));
    auto const before = fs::current_path();
    fs::create_directories(home.root / "models/b.tgz");
    fs::current_path(home.root);
    CHECK(URLs::path("http://x/b.tgz", "model") == fs::current_path() / "models/b.tgz");
    CHECK(URLs::path("http://x/b.tgz") == home.archive("b.tgz"));
    fs::current_path(before);
  }
}

TEST_CASE("A data set is fetched once") {
  Home const home;
  Server server(FileHandler{pets()});
  Known const url = known(server.url("pets.tgz"), pets());
  CHECK(untar_data(url, quiet) == home.data("pets"));
  CHECK(names_in(home.data("")) == Names{"pets", "pets/a.txt", "pets/sub", "pets/sub/noise"});
  CHECK(names_in(home.archive("")) == Names{"pets.tgz"});
  CHECK(read_file(home.archive("pets.tgz")) == pets());
  CHECK(read_file(home.data("pets/sub/noise")) == noise(300000));
  CHECK(server.requests().size() == 1);
  CHECK(server.requests()[0].target == "/pets.tgz");

  SUBCASE("what is there needs no archive and no network") {
    fs::remove(home.archive("pets.tgz"));
    write_file_atomically(home.data("pets/mine"), "x");
    CHECK(untar_data(url, quiet) == home.data("pets"));
    CHECK(fs::exists(home.data("pets/mine")));
    CHECK(server.requests().size() == 1);
  }
  SUBCASE("an archive that is there needs no network") {
    fs::remove_all(home.data("pets"));
    CHECK(names_in(untar_data(url, quiet)) == pets_files);
    CHECK(server.requests().size() == 1);
  }
  SUBCASE("an archive that is another is fetched again") {
    fs::remove_all(home.data("pets"));
    write_file_atomically(home.archive("pets.tgz"), "old version");
    CHECK(names_in(untar_data(url, quiet)) == pets_files);
    CHECK(server.requests().size() == 2);
    CHECK(read_file(home.archive("pets.tgz")) == pets());
  }
  SUBCASE("force_download fetches and extracts again") {
    write_file_atomically(home.data("pets/mine"), "x");
    CHECK(untar_data(url, {.force_download = true, .progress = false}) == home.data("pets"));
    CHECK(server.requests().size() == 2);
    CHECK(names_in(home.data("pets")) == pets_files);
    CHECK(names_in(home.data("")).size() == 4);
  }
  SUBCASE("other folders") {
    CHECK(untar_data(url, {.archive = "a", .data = home.root / "d", .progress = false}) == home.root / "d/pets");
    CHECK(fs::exists(home.root / "home/a/pets.tgz"));
    CHECK(untar_data(url, {.data = home.root / "d", .c_key = "model", .progress = false}) ==
          home.root / "home/models/pets");
    CHECK(untar_data(url, {.base = home.root / "base", .progress = false}) == home.root / "base/data/pets");
    CHECK(fs::exists(home.root / "base/config.ini"));
    CHECK(key_of([&] { untar_data(url, {.c_key = "no", .progress = false}); }) == "untar.key");
  }
}

TEST_CASE("What is at the top of an archive decides, as in fastai") {
  Home const home;
  SUBCASE("one folder, whatever its name, becomes the data set") {
    CHECK(names_in(extract(home, archive_of({{"./other", "", AE_IFDIR}, {"./other/a"}}))) == Names{"a"});
    CHECK(names_in(home.data("")) == Names{"set", "set/a"});
  }
  SUBCASE("several things are put into a folder") {
    CHECK(names_in(extract(home, archive_of({{"./", "", AE_IFDIR}, {"a"}, {"b/c"}}))) == Names{"a", "b", "b/c"});
  }
  SUBCASE("one file becomes the data set") { CHECK(read_file(extract(home, archive_of({{"a"}}))) == "text"); }
  SUBCASE("kinds of archives") {
    std::vector<Entry> const entries{{"d/a", "one"}, {"d/\xC3\xA4/b", "two"}};
    Names const files{"a", "\xC3\xA4", "\xC3\xA4/b"};
    int const tar = ARCHIVE_FORMAT_TAR_PAX_RESTRICTED;
    CHECK(names_in(extract(home, archive_of(entries, tar, ARCHIVE_FILTER_NONE), "plain.tar")) == files);
    CHECK(names_in(extract(home, archive_of(entries, tar, ARCHIVE_FILTER_GZIP), "gz.tar.gz")) == files);
    CHECK(names_in(extract(home, archive_of(entries, tar, ARCHIVE_FILTER_BZIP2), "bz.tar.bz2")) == files);
    CHECK(names_in(extract(home, archive_of(entries, tar, ARCHIVE_FILTER_XZ), "xz.tar.xz")) == files);
    CHECK(names_in(extract(home, archive_of(entries, tar, ARCHIVE_FILTER_ZSTD), "zst.tar.zst")) == files);
    CHECK(names_in(extract(home, archive_of(entries, ARCHIVE_FORMAT_ZIP), "zip.zip")) == files);
    CHECK(names_in(extract(home, archive_of(entries, ARCHIVE_FORMAT_TAR_GNUTAR), "gnu.tgz")) == files);
    for (std::string const name : {"plain", "gz", "bz", "xz", "zst", "zip", "gnu"})
      CHECK_MESSAGE(read_file(home.data(name) / "\xC3\xA4/b") == "two", name);
  }
  SUBCASE("links that stay inside are kept") {
    auto const folder = extract(home, archive_of({{"d/a", "one"},
                                                  {"d/s/up", "", AE_IFLNK, "../a"},
                                                  {"d/t", "", AE_IFLNK, "s/up"},
                                                  {"d/nowhere", "", AE_IFLNK, "not/there"},
                                                  {"d/h", "", AE_IFREG, "", "d/a"}}));
    CHECK(read_file(folder / "s/up") == "one");
    CHECK(fs::read_symlink(folder / "t") == "s/up");
    CHECK(fs::is_symlink(folder / "nowhere"));
    CHECK(fs::equivalent(folder / "h", folder / "a"));
  }
  SUBCASE("of two entries of one name the later counts") {
    auto const folder =
        extract(home, archive_of({{"d/a", "one"}, {"d/b", "x", AE_IFLNK, "a"}, {"d/a", "two"}, {"d/b", "file"}}));
    CHECK(read_file(folder / "a") == "two");
    CHECK(read_file(folder / "b") == "file");
    CHECK(!fs::is_symlink(folder / "b"));
  }
}

TEST_CASE("An interrupted download goes on") {
  Home const home;
  SUBCASE("in the same call") {
    Server server(FileHandler{.bytes = pets(), .cut = 100000, .cuts = 2});
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    auto const requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].header("Range") == "");
    CHECK(requests[1].header("Range") == "bytes=100000-");
    CHECK(requests[1].header("If-Range") == "\"one\"");
    CHECK(requests[2].header("Range") == "bytes=200000-");
    CHECK(names_in(home.archive("")) == Names{"pets.tgz"});
  }
  SUBCASE("in the next call, after a run that was killed") {
    fs::create_directories(home.archive(""));
    write_file_atomically(home.archive("pets.tgz.part"), pets().substr(0, 1234));
    write_file_atomically(home.archive("pets.tgz.part.etag"), "\"one\"");
    Server server(FileHandler{pets()});
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].header("Range") == "bytes=1234-");
    CHECK(names_in(home.archive("")) == Names{"pets.tgz"});
  }
  SUBCASE("in the next call, after an error") {
    std::atomic<bool> broken = true;
    FileHandler file{.bytes = pets(), .cut = 5000, .cuts = 1};
    Server server([&](Server& self, int socket, Request const& request) {
      if (!broken || request.header("Range").empty()) file(self, socket, request);
    });
    std::string const text = error_of([&] { untar_data(server.url("pets.tgz"), quiet); });
    CHECK(contains(text, "[untar.download]"));
    CHECK(contains(text, "5.0 kB are kept, and the next call goes on"));
    CHECK(fs::file_size(home.archive("pets.tgz.part")) == 5000);
    CHECK(!fs::exists(home.archive("pets.tgz")));
    CHECK(names_in(home.data("")).empty());
    broken = false;
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    CHECK(server.requests().back().header("Range") == "bytes=5000-");
  }
  SUBCASE("not with pieces of another file") {
    fs::create_directories(home.archive(""));
    write_file_atomically(home.archive("pets.tgz.part"), noise(1234));
    std::string range = "bytes=1234-";
    SUBCASE("of which the server says so") { write_file_atomically(home.archive("pets.tgz.part.etag"), "\"other\""); }
    SUBCASE("of which nothing is known") { range = ""; }
    Server server(FileHandler{pets()});
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    CHECK(server.requests()[0].header("Range") == range);
  }
  SUBCASE("without ETag, where the whole is checked") {
    Server server(FileHandler{.bytes = pets(), .tag = "", .cut = 100000, .cuts = 1});
    CHECK(names_in(untar_data(known(server.url("pets.tgz"), pets()), quiet)) == pets_files);
    CHECK(server.requests()[1].header("Range") == "bytes=100000-");
  }
  SUBCASE("from the beginning, when the server knows no ranges") {
    Server server(FileHandler{.bytes = pets(), .cut = 100000, .cuts = 1, .ranges = false});
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    CHECK(server.requests().size() == 2);
  }
  SUBCASE("from the beginning, when the server sends another part or refuses it") {
    fs::create_directories(home.archive(""));
    write_file_atomically(home.archive("pets.tgz.part"), pets());
    write_file_atomically(home.archive("pets.tgz.part.etag"), "\"one\"");
    bool misplaced = false;
    SUBCASE("") { misplaced = true; }
    SUBCASE("") {}
    Server server([=, file = FileHandler{pets()}](Server& self, int socket, Request const& request) mutable {
      if (misplaced && !request.header("Range").empty())
        return Server::answer(socket, "206 Partial Content", "Content-Range: bytes 7-9/1000\r\n", "abc");
      file(self, socket, request);
    });
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    CHECK(server.requests().size() == 2);
  }
  SUBCASE("and is not asked for again when all had come") {
    fs::create_directories(home.archive(""));
    write_file_atomically(home.archive("pets.tgz.part"), pets());
    CHECK(names_in(untar_data(known(dead_url("pets.tgz"), pets()), quiet)) == pets_files);
  }
  SUBCASE("but not for ever") {
    Server server(FileHandler{.bytes = pets(), .cut = 1});
    CHECK(key_of([&] { untar_data(server.url("pets.tgz"), quiet); }) == "untar.download");
    CHECK(server.requests().size() == 20);
  }
  SUBCASE("a part that is a link is not written through") {
    fs::create_directories(home.archive(""));
    write_file_atomically(home.root / "precious", "x");
    fs::create_symlink(home.root / "precious", home.archive("pets.tgz.part"));
    Server server(FileHandler{pets()});
    CHECK(key_of([&] { untar_data(server.url("pets.tgz"), quiet); }) == "untar.write");
    CHECK(read_file(home.root / "precious") == "x");
  }
}

TEST_CASE("A wrong archive is refused and does not stay") {
  Home const home;
  Server server(FileHandler{pets()});
  Known url = known(server.url("pets.tgz"), pets());
  std::string part;
  SUBCASE("checksum") { url.md5[0] = url.md5[0] == '0' ? '1' : '0', part = "MD5 "; }
  SUBCASE("too short") { url.size += 1, part = "size " + std::to_string(pets().size()); }
  SUBCASE("too long") { url.size -= 1, part = "more bytes"; }
  std::string const text = error_of([&] { untar_data(url, quiet); });
  CHECK(contains(text, "[untar.check]"));
  CHECK(contains(text, url.address));
  CHECK(contains(text, "got " + part));
  CHECK(names_in(home.archive("")).empty());
  CHECK(names_in(home.data("")).empty());
}

TEST_CASE("What servers do") {
  Home const home;
  SUBCASE("redirects are followed") {
    Server server([file = FileHandler{pets()}](Server& self, int socket, Request const& request) mutable {
      if (request.target == "/pets.tgz")
        return Server::answer(socket, "302 Found", "Location: /else\r\nETag: \"x\"\r\n", "moved");
      file(self, socket, request);
    });
    CHECK(names_in(untar_data(server.url("pets.tgz"), quiet)) == pets_files);
    CHECK(server.requests()[1].target == "/else");
  }
  SUBCASE("but not in circles, and not to files of this machine") {
    write_file_atomically(home.root / "secret.tgz", pets());
    std::string to = "file://" + (home.root / "secret.tgz").string();
    SUBCASE("") {}
    SUBCASE("") { to = "/pets.tgz"; }
    Server server([to](Server&, int socket, Request const&) {
      Server::answer(socket, "302 Found", "Location: " + to + "\r\n", "");
    });
    CHECK(key_of([&] { untar_data(server.url("pets.tgz"), quiet); }) == "untar.download");
    CHECK(names_in(home.archive("")).empty());
  }
  SUBCASE("errors of HTTP") {
    Server server([](Server&, int socket, Request const&) { Server::answer(socket, "404 Not Found", "", pets()); });
    std::string const text = error_of([&] { untar_data(server.url("pets.tgz"), quiet); });
    CHECK(contains(text, "[untar.download]"));
    CHECK(contains(text, "HTTP status 404"));
    CHECK(names_in(home.archive("")).empty());
  }
  SUBCASE("a longer length than what comes") {
    Server server([](Server&, int socket, Request const&) {
      Server::answer(socket, "200 OK", "Content-Length: " + std::to_string(pets().size() + 10) + "\r\n", pets());
    });
    CHECK(key_of([&] { untar_data(server.url("pets.tgz"), quiet); }) == "untar.download");
    CHECK(!fs::exists(home.archive("pets.tgz")));
  }
  SUBCASE("silence") {
    bool answers = false;
    SUBCASE("at once") {}
    SUBCASE("in the middle") { answers = true; }
    Server server([=, file = FileHandler{.bytes = pets(), .cut = 10, .stalls = true}](Server& self, int socket,
                                                                                      Request const& request) mutable {
      if (!answers || !request.header("Range").empty()) return Server::stall(socket);
      file(self, socket, request);
    });
    auto const began = std::chrono::steady_clock::now();
    UntarOptions const hurried{.progress = false, .patience = std::chrono::seconds(1)};
    CHECK(key_of([&] { untar_data(server.url("pets.tgz"), hurried); }) == "untar.download");
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));
    CHECK(fs::exists(home.archive("pets.tgz.part")) == answers);
  }
  SUBCASE("a slow server is waited for") {
    Server server([](Server&, int socket, Request const&) {
      Server::answer(socket, "200 OK", "Content-Length: " + std::to_string(pets().size()) + "\r\n", "");
      for (std::size_t at = 0; at < pets().size(); at += 60000) {
        Server::say(socket, std::string_view(pets()).substr(at, 60000));
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
      }
    });
    CHECK(names_in(untar_data(server.url("pets.tgz"), {.progress = false, .patience = std::chrono::seconds(1)})) ==
          pets_files);
    CHECK(server.requests().size() == 1);
  }
  SUBCASE("bytes without end") {
    Server server([](Server&, int socket, Request const&) {
      Server::say(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
      for (int i = 0; i < 100; ++i) Server::say(socket, pets());
    });
    CHECK(contains(error_of([&] { untar_data(server.url("pets.tgz"), {.max_bytes = 1000000, .progress = false}); }),
                   "max_bytes"));
    CHECK(names_in(home.archive("")).empty());
  }
  SUBCASE("a local address") {
    write_file_atomically(home.root / "pets.tgz", pets());
    CHECK(names_in(untar_data("file://" + (home.root / "pets.tgz").string(), quiet)) == pets_files);
    CHECK(read_file(home.archive("pets.tgz")) == pets());
  }
}

TEST_CASE("Without network, one sentence says where to put the file") {
  Home const home;
  std::string const address = dead_url("pets.tgz");
  std::string const text = error_of([&] { untar_data(address, quiet); });
  CHECK(contains(text, "[untar.download]"));
  CHECK(contains(text, address));
  CHECK(contains(text, "put the file by hand to " + home.archive("pets.tgz").string()));
  CHECK(names_in(home.archive("")).empty());
  CHECK(names_in(home.data("")).empty());

  write_file_atomically(home.archive("pets.tgz"), "not it");
  CHECK(contains(error_of([&] { untar_data(known(address, pets()), quiet); }), "the file there has size 6"));
  CHECK(read_file(home.archive("pets.tgz")) == "not it");
  write_file_atomically(home.archive("pets.tgz"), pets());
  CHECK(names_in(untar_data(known(address, pets()), quiet)) == pets_files);
}

TEST_CASE("Addresses that name no file are refused") {
  Home const home;
  for (std::string const address : {"pets.tgz", "/pets.tgz", "http://x/", "ftp://x/a.tgz", "http://x/..",
                                    "http://x/.tgz", "http://x/a/?b=c.tgz", ""})
    CHECK_MESSAGE(key_of([&] { untar_data(address, quiet); }) == "untar.url", address);
  CHECK(key_of([&] { untar_data("http://x/pets", {.archive = "d", .data = "d", .progress = false}); }) == "untar.url");
}

TEST_CASE("Hostile archives are refused, and nothing is written outside") {
  Home const home;
  fs::create_directories(home.data(""));
  write_file_atomically(home.root / "precious", "x");
  std::string const outside = (home.root / "precious").string();
  Names const all{"home", "home/archive", "home/archive/set.tgz", "home/config.ini", "home/data", "precious"};
  std::map<std::string, std::vector<Entry>> const archives{
      {"name with ..", {{"d/a"}, {"../../evil"}}},
      {"name with .. inside", {{"d/../../../evil"}}},
      {"absolute name", {{"d/a"}, {(home.root / "evil").string()}}},
      {"absolute link", {{"d/a"}, {"d/l", "", AE_IFLNK, outside}}},
      {"link with ..", {{"d/a"}, {"d/l", "", AE_IFLNK, "../../../../precious"}}},
      {"link out of its top", {{"d/a"}, {"d/l", "", AE_IFLNK, "../x"}}},
      {"link that is all", {{"d", "", AE_IFLNK, "e"}}},
      {"links that go up one by the other",
       {{"d/x/y/z/a"}, {"d/x/y/z/up", "", AE_IFLNK, "../../.."}, {"d/l", "", AE_IFLNK, "x/y/z/up/../../precious"}}},
      {"link to itself", {{"d/a"}, {"d/l", "", AE_IFLNK, "l"}}},
      {"link into which a file goes", {{"d", "", AE_IFLNK, home.root.string()}, {"d/evil"}}},
      {"relative link into which a file goes", {{"t/a"}, {"t/l", "", AE_IFLNK, "../../../.."}, {"t/l/evil"}}},
      {"hard link outside", {{"d/a"}, {"d/h", "", AE_IFREG, "", outside}}},
      {"hard link with ..", {{"d/a"}, {"d/h", "", AE_IFREG, "", "../../../precious"}}},
      {"hard link to a link", {{"d/a"}, {"d/l", "", AE_IFLNK, "a"}, {"d/h", "", AE_IFREG, "", "d/l"}}},
      {"hard link to a folder", {{"d/a"}, {"d/h", "", AE_IFREG, "", "d"}}},
      {"hard link to nothing", {{"d/h", "", AE_IFREG, "", "d/no"}}},
      {"pipe", {{"d/a"}, {"d/p", "", AE_IFIFO}}},
      {"device", {{"d/a"}, {"d/p", "", AE_IFCHR}}},
  };
  for (auto const& named : archives) {
    std::string const& what = named.first;
    std::vector<Entry> const& entries = named.second;
    std::string const text = error_of([&] { extract(home, archive_of(entries)); });
    CHECK_MESSAGE(contains(text, "[untar.entry]"), what, text);
    CHECK_MESSAGE(contains(text, home.archive("set.tgz").string()), what);
    CHECK_MESSAGE(contains(text, "'" + entries.back().name) ==
                      (what != "relative link into which a file goes" && what != "link into which a file goes"),
                  what, text);
    CHECK_MESSAGE(names_in(home.data("")).empty(), what);
    CHECK_MESSAGE(names_in(home.root) == all, what);
    CHECK_MESSAGE(fs::hard_link_count(home.root / "precious") == 1, what);
  }
  CHECK(read_file(home.root / "precious") == "x");
  auto const elsewhere = fs::temp_directory_path() / "fastxx_evil";
  for (std::string const& name : {std::string("../evil"), elsewhere.string(), std::string("a/../../evil")})
    CHECK(key_of([&] { extract(home, archive_of({{name}}, ARCHIVE_FORMAT_ZIP), "set.zip"); }) == "untar.entry");
  CHECK(!fs::exists(elsewhere));
  CHECK(names_in(home.data("")).empty());

  SUBCASE("links of links of links take no time") {
    std::vector<Entry> doubling{{"d/a"}, {"d/l0", "", AE_IFLNK, "."}};
    for (int i = 1; i < 60; ++i) {
      std::string const before = "l" + std::to_string(i - 1);
      doubling.push_back({"d/l" + std::to_string(i), "", AE_IFLNK, before + "/" + before});
    }
    CHECK(key_of([&] { extract(home, archive_of(doubling)); }) == "untar.entry");
  }
}

TEST_CASE("Bombs are refused before the disk is full") {
  Home const home;
  UntarOptions const small{.max_bytes = 100000, .progress = false};
  auto const refused = [&](std::string const& bytes, std::string const& name, UntarOptions const& options) {
    std::string const text = error_of([&] { extract(home, bytes, name, options); });
    CHECK_MESSAGE(contains(text, "[untar.bomb]"), text);
    CHECK(names_in(home.data("")).empty());
    return text;
  };
  CHECK(contains(refused(archive_of({{"d/a"}, {"d/zeros", std::string(200000, '\0')}}), "one.tgz", small),
                 "at most 100000 bytes, max_bytes"));
  CHECK(contains(
      refused(archive_of({{"d/a", std::string(60000, '\0')}, {"d/b", std::string(60000, '\0')}}), "sum.tgz", small),
      "'d/b' of"));
  std::vector<Entry> many;
  for (int i = 0; i < 300; ++i) many.push_back({"d/" + std::to_string(i), ""});
  refused(archive_of(many), "many.tgz", small);
  refused(archive_of({{"d/a"}, {"d/zeros", std::string(200000, '\0')}}, ARCHIVE_FORMAT_ZIP), "zip.zip", small);
  CHECK(names_in(extract(home, archive_of({{"d/a", std::string(90000, '\0')}}), "fits.tgz", small)) == Names{"a"});
  fs::remove_all(home.data("fits"));

  // A zip that says less than it holds.
  std::string liar = archive_of({{"d/zeros", std::string(200000, '\0')}}, ARCHIVE_FORMAT_ZIP);
  std::string const said("\x40\x0d\x03\x00", 4), less("\x10\x00\x00\x00", 4);
  for (std::size_t at = 0; (at = liar.find(said, at)) != std::string::npos;) liar.replace(at, 4, less);
  CHECK(error_of([&] { extract(home, liar, "liar.zip", small); }) != "no error");
  CHECK(names_in(home.data("")).empty());

  // 2 GiB that the header of a small archive announces: more than a thousand for each of its bytes, and than 1 GiB.
  std::string huge = archive_of({{"d/a", "text"}}, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
  huge.replace(124, 12, std::string("20000000000\0", 12));
  int sum = 0;
  huge.replace(148, 8, 8, ' ');
  for (int i = 0; i < 512; ++i) sum += static_cast<unsigned char>(huge[static_cast<std::size_t>(i)]);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", static_cast<unsigned>(sum));
  huge.replace(148, 7, text, 7);
  CHECK(contains(refused(huge, "huge.tar", quiet), "at most 1073741824 bytes, a thousand for each of the archive"));
}

TEST_CASE("What is damaged or no archive is refused") {
  Home const home;
  std::string const plain = archive_of({{"d/a", noise(5000)}}, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_NONE);
  std::map<std::string, std::string> const files{
      {"page.tgz", "<html>log in</html>"},
      {"empty.tgz", ""},
      {"cut.tgz", pets().substr(0, pets().size() / 2)},
      {"cut.tar", plain.substr(0, 3000)},
      {"nothing.tgz", archive_of({})},
      {"cut.zip", archive_of({{"d/a", noise(5000)}}, ARCHIVE_FORMAT_ZIP).substr(0, 3000)}};
  for (auto const& named : files) {
    std::string const &name = named.first, &bytes = named.second;
    std::string const text = error_of([&] { extract(home, bytes, name); });
    CHECK_MESSAGE(contains(text, "[untar.archive]"), name, text);
    CHECK_MESSAGE(contains(text, home.archive(name).string()), text);
    CHECK_MESSAGE(names_in(home.data("")).empty(), name);
  }
}

TEST_CASE("What killed runs leave is no data set, and goes away") {
  Home const home;
  fs::create_directories(home.data(".set.untar/new/d/deep"));
  write_file_atomically(home.data(".set.untar/new/d/deep/old"), "x");
  CHECK(names_in(extract(home, archive_of({{"d/a"}}))) == Names{"a"});
  CHECK(names_in(home.data("")) == Names{"set", "set/a"});
}

TEST_CASE("Two at once fetch and extract once") {
  Home const home;
  Server server([file = FileHandler{pets()}](Server& self, int socket, Request const& request) mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    file(self, socket, request);
  });
  Known const url = known(server.url("pets.tgz"), pets());
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<ino_t> folders;  // more than one when the set is replaced under the eyes of who already uses it
  int good = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      std::string const text = error_of([&] {
        auto const files = names_in(untar_data(url, quiet));
        struct stat status {};
        ::stat(home.data("pets").c_str(), &status);
        std::lock_guard const lock(mutex);
        folders.insert(status.st_ino);
        good += files == pets_files;
      });
      if (text != "no error") std::fprintf(stderr, "%s\n", text.c_str());
    });
  for (auto& thread : threads) thread.join();
  CHECK(folders.size() == 1);
  CHECK(good == 4);
  CHECK(server.requests().size() == 1);
  CHECK(names_in(home.archive("")) == Names{"pets.tgz"});
  CHECK(names_in(home.data("")).size() == 4);
}

TEST_CASE("Who has waited for a file or folder owns the one at its path") {
  Home const home;
  bool another_came = false;
  SUBCASE("a new one") {}
  SUBCASE("the one that another has made") { another_came = true; }
  for (auto const kind : {detail::OwnedPath::Kind::file, detail::OwnedPath::Kind::folder}) {
    fs::path const path = home.root / (kind == detail::OwnedPath::Kind::file ? "file" : "folder");
    auto first = std::make_unique<detail::OwnedPath>(path, kind);
    bool there = false;
    std::thread second([&] {
      detail::OwnedPath const owned(path, kind);
      struct stat open {
      }, named{};
      there =
          ::fstat(owned.descriptor(), &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    fs::rename(path, path.string() + ".done");
    if (another_came)
      kind == detail::OwnedPath::Kind::file ? write_file_atomically(path, "x") : void(fs::create_directory(path));
    first.reset();
    second.join();
    CHECK(there);
  }
  SUBCASE("and who has removed it leaves the next one alone") {
    {
      detail::PartFile part(home.root / "a.tgz");
      part.remove();
      write_file_atomically(home.root / "a.tgz.part", "another's");
    }
    CHECK(fs::exists(home.root / "a.tgz.part"));
  }
}

TEST_CASE("A full disk is an error, and nothing half stays") {
  Home const home;
  fs::path const disk = home.root / "disk";
  fs::create_directories(disk);
  if (::mount("none", disk.c_str(), "tmpfs", 0, "size=1m") != 0) {
    MESSAGE("no tmpfs may be mounted here: not tested");
    return;
  }
  {
    Server server(FileHandler{archive_of({{"d/a", "a"}, {"d/noise", noise(3000000)}})});
    std::string text = error_of([&] { untar_data(server.url("set.tgz"), {.data = disk / "data", .progress = false}); });
    CHECK_MESSAGE(contains(text, "[untar.write]"), text);
    CHECK(contains(text, (disk / "data").string()));
    CHECK(contains(text, "No space left on device"));
    CHECK(names_in(disk) == Names{"data"});
    text = error_of([&] { untar_data(server.url("set.tgz"), {.archive = disk / "archive", .progress = false}); });
    CHECK_MESSAGE(contains(text, "[untar.write]"), text);
    CHECK(contains(text, "No space left on device"));
    CHECK(names_in(disk) == Names{"archive", "data"});
    CHECK(names_in(home.data("")).empty());
  }
  CHECK(::umount(disk.c_str()) == 0);
}

TEST_CASE("Progress: one line, or a bar on a terminal, or nothing") {
  auto const shown = [](bool terminal, bool wanted, std::uint64_t total) {
    std::array<int, 2> ends{};
    REQUIRE((terminal ? ::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) : ::pipe(ends.data())) == 0);
    std::FILE* const out = ::fdopen(ends[1], "w");
    {
      detail::ByteProgress bar("downloading x", wanted, out);
      bar.update(0, total);
      std::this_thread::sleep_for(std::chrono::milliseconds(210));
      bar.update(500000, total);
    }
    std::fputc('@', out);
    std::fflush(out);
    std::string text;
    for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '@';) text += c;
    std::fclose(out);
    ::close(ends[0]);
    return text;
  };
  CHECK(shown(false, true, 1000000) == "downloading x (1.0 MB)\n");
  CHECK(shown(false, true, 0) == "downloading x\n");
  CHECK(shown(false, false, 1000000) == "");
  CHECK(shown(true, false, 1000000) == "");
  std::string const bar = shown(true, true, 1000000);
  CHECK_MESSAGE(contains(bar, "███████████████---------------| 50% 500.0 kB of 1.0 MB, "), bar);
  CHECK(bar.ends_with("\r\033[K"));
  CHECK(contains(shown(true, true, 0), "downloading x 500.0 kB, "));
}
