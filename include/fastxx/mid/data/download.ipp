#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/byte_progress.hpp>
#include <fastxx/mid/data/download.hpp>
#include <fastxx/mid/data/md5.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <curl/curl.h>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fastxx::detail {

inline OwnedPath::OwnedPath(std::filesystem::path path, Kind kind) : path_(std::move(path)) {
  // Who had it before may have renamed or removed it while we waited for the lock; then there is a new one to open.
  for (struct stat open{}, named{};; ::close(descriptor_)) {
    this->open(kind);
    // Some file systems have no locks; there, two processes at once are at their own risk.
    while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
    if (::fstat(descriptor_, &open) == 0 && ::lstat(path_.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
        open.st_ino == named.st_ino)
      return;
  }
}

inline void OwnedPath::open(Kind kind) {
  bool const made = kind == Kind::file || ::mkdir(path_.c_str(), 0700) == 0 || errno == EEXIST;
  int const flags = kind == Kind::file ? O_RDWR | O_CREAT : O_RDONLY | O_DIRECTORY;
  do descriptor_ = made ? ::open(path_.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0666) : -1;
  while (descriptor_ < 0 && made &&
         (errno == EINTR || (kind == Kind::folder && errno == ENOENT && ::mkdir(path_.c_str(), 0700) == 0)));
  if (descriptor_ < 0) throw_file_error("untar.write", "untar_data", path_, errno);
}

inline OwnedPath::~OwnedPath() { ::close(descriptor_); }

inline std::string difference(DataURL const& url, std::filesystem::path const& file) {
  FileHandle const open(open_to_read("untar.read", "untar_data", file));
  struct stat status {};
  if (::fstat(open.get(), &status) != 0) throw_file_error("untar.read", "untar_data", file, errno);
  auto const size = static_cast<std::uint64_t>(status.st_size);
  if (url.size != 0 && size != url.size) return join({"size ", size});
  if (url.md5.empty()) return {};
  std::string bytes(std::size_t{1} << 20, '\0');  // fastai's checks are of the first MiB
  std::ptrdiff_t const read = read_fully(open.get(), bytes.data(), bytes.size());
  if (read < 0) throw_file_error("untar.read", "untar_data", file, errno);
  std::string const sum = md5(std::string_view(bytes).substr(0, static_cast<std::size_t>(read)));
  return sum == url.md5 ? std::string() : "MD5 " + sum;
}

// The file that a download is written into, and beside it the ETag that tells whether the server still has the same one.
class PartFile {
 public:
  explicit PartFile(std::filesystem::path const& archive)
      : archive_(archive),
        file_(archive.string() + ".part", OwnedPath::Kind::file),
        tag_(archive.string() + ".part.etag") {
    struct stat status {};
    if (::fstat(file_.descriptor(), &status) == 0) size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~PartFile() {
    if (size_ == 0) remove();
  }

  std::uint64_t size() const { return size_; }
  std::filesystem::path const& path() const { return file_.path(); }

  std::string tag() const {
    std::error_code code;
    return std::filesystem::exists(tag_, code) ? read_file(tag_) : std::string();
  }
  void begin_anew(std::string const& tag) {
    if (::ftruncate(file_.descriptor(), 0) != 0) fail(errno);
    size_ = 0;
    ::unlink(tag_.c_str());
    if (!tag.empty()) write_file_atomically(tag_, tag);
  }
  // 0, or the system's reason.
  int append(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t const n = ::pwrite(file_.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
      if (n < 0 && errno != EINTR) return errno;
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n)), size_ += static_cast<std::uint64_t>(n);
    }
    return 0;
  }
  void become_archive() {
    if (::fsync(file_.descriptor()) != 0 && errno != EINVAL) fail(errno);
    ::unlink(tag_.c_str());
    if (::rename(path().c_str(), archive_.c_str()) != 0) fail(errno);
    gone_ = true;
  }
  void remove() {
    if (std::exchange(gone_, true)) return;
    ::unlink(tag_.c_str());
    ::unlink(path().c_str());  // last: whoever waits for it begins with a new one
  }
  // What cannot be written whole does not stay.
  [[noreturn]] void fail(int code) {
    remove();
    throw_file_error("untar.write", "untar_data", archive_, code);
  }

 private:
  std::filesystem::path archive_;
  OwnedPath file_;
  std::filesystem::path tag_;
  std::uint64_t size_ = 0;
  bool gone_ = false;  // what has this name now is another's
};

// One request. libcurl is C, so nothing may be thrown out of what it calls.
class Transfer {
 public:
  Transfer(DataURL const& url, DownloadRules const& rules, PartFile& part, ByteProgress& bar)
      : url_(url), address_(url.address), rules_(rules), part_(part), bar_(bar) {
    static CURLcode const ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready == CURLE_OK) curl_.reset(::curl_easy_init());
    if (!curl_) throw io_error("untar.download", {.call = "untar_data", .got = "no libcurl that works"});
  }

  bool run() {
    prepare();
    result_ = ::curl_easy_perform(curl_.get());
    ::curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status_);
    if (failure_) std::rethrow_exception(failure_);
    if (result_ == CURLE_OK && !begun_) begin();  // an answer without bytes
    return result_ == CURLE_OK;
  }

  // Whether another request may go further: this one brought bytes, or the server would not go on from where we are.
  bool may_go_on() {
    bool const refused_range = status_ == 416 && asked_from_ > 0;
    if (refused_range) part_.begin_anew("");
    return received_ > 0 || refused_range || misplaced_;
  }
  bool too_long() const { return too_long_; }
  std::string reason() const {
    if (misplaced_) return "another part of the file than was asked for";
    if (status_ >= 400) return join({"HTTP status ", status_});
    return message_[0] ? message_ : ::curl_easy_strerror(result_);
  }

 private:
  void prepare();
  void go_on_from_part();
  void begin();
  void header(std::string_view line);
  bool take(std::string_view bytes);
  template <class Value>
  void set(CURLoption option, Value value) {
    ::curl_easy_setopt(curl_.get(), option, value);
  }

  struct Cleanup {
    void operator()(CURL* curl) const { ::curl_easy_cleanup(curl); }
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };

  DataURL const& url_;
  std::string address_, range_;
  DownloadRules const& rules_;
  PartFile& part_;
  ByteProgress& bar_;
  std::unique_ptr<curl_slist, Cleanup> headers_;
  std::unique_ptr<CURL, Cleanup> curl_;
  char message_[CURL_ERROR_SIZE] = "";
  CURLcode result_ = CURLE_OK;
  long status_ = 0;
  std::string tag_, content_range_;
  std::uint64_t asked_from_ = 0, received_ = 0, total_ = 0;
  bool begun_ = false, too_long_ = false, misplaced_ = false;
  std::exception_ptr failure_;
};

inline void Transfer::prepare() {
  set(CURLOPT_URL, address_.c_str());
  set(CURLOPT_USERAGENT, "fastxx");
  set(CURLOPT_ERRORBUFFER, message_);
  set(CURLOPT_NOSIGNAL, 1L);  // signals are of the whole process
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 10L);
  // Nobody is led from a web address to a local file, or from an encrypted connection to an open one.
  char const* const next = address_.starts_with("https:") ? "https" : "http,https";
#if LIBCURL_VERSION_NUM >= 0x075500
  set(CURLOPT_PROTOCOLS_STR, "http,https,file");
  set(CURLOPT_REDIR_PROTOCOLS_STR, next);
#else
  set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_FILE));
  set(CURLOPT_REDIR_PROTOCOLS, static_cast<long>(CURLPROTO_HTTPS | (next[4] == 's' ? 0 : CURLPROTO_HTTP)));
#endif
  long const patience = std::max<long>(1, static_cast<long>(rules_.patience.count()));
  set(CURLOPT_CONNECTTIMEOUT, patience);
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, patience);
  set(CURLOPT_WRITEDATA, this);
  set(
      CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t one, std::size_t size, void* self) -> std::size_t {
        return static_cast<Transfer*>(self)->take({bytes, one * size}) ? one * size : 0;
      });
  set(CURLOPT_HEADERDATA, this);
  set(
      CURLOPT_HEADERFUNCTION, +[](char* bytes, std::size_t one, std::size_t size, void* self) -> std::size_t {
        static_cast<Transfer*>(self)->header({bytes, one * size});
        return one * size;
      });
  go_on_from_part();
}

// Only where the pieces are known to fit: the server says by the ETag that it is the same file, or the whole is checked.
inline void Transfer::go_on_from_part() {
  std::string const tag = part_.tag();
  bool const fits = !tag.empty() || (url_.size > part_.size() && !url_.md5.empty());
  if (part_.size() == 0 || !fits || address_.starts_with("file:")) return;
  asked_from_ = part_.size();
  range_ = std::to_string(asked_from_) + "-";
  set(CURLOPT_RANGE, range_.c_str());
  if (tag.empty()) return;
  headers_.reset(::curl_slist_append(nullptr, ("If-Range: " + tag).c_str()));
  set(CURLOPT_HTTPHEADER, headers_.get());
}

// A redirect has headers too, so each answer begins anew.
inline void Transfer::header(std::string_view line) {
  auto const value_of = [line](std::string_view name) -> std::string {
    if (line.size() < name.size()) return {};
    for (std::size_t i = 0; i < name.size(); ++i)
      if ((line[i] | 0x20) != name[i] && line[i] != name[i]) return {};
    std::string_view value = line.substr(name.size());
    value = value.substr(std::min(value.find_first_not_of(" \t"), value.size()));
    return std::string(value.substr(0, value.find_last_not_of(" \t\r\n") + 1));
  };
  if (line.starts_with("HTTP/")) tag_.clear(), content_range_.clear();
  if (auto const tag = value_of("etag:"); tag.starts_with('"') && tag.size() < 500) tag_ = tag;  // weak ones do not do
  if (auto const range = value_of("content-range:"); !range.empty()) content_range_ = range;
}

inline void Transfer::begin() {
  begun_ = true;
  ::curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status_);
  curl_off_t length = -1;
  ::curl_easy_getinfo(curl_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (asked_from_ == 0 || status_ != 206) {
    part_.begin_anew(tag_);
  } else if (!content_range_.starts_with("bytes " + range_)) {
    part_.begin_anew("");
    misplaced_ = true;
  }
  if (length >= 0) total_ = part_.size() + static_cast<std::uint64_t>(length);
}

inline bool Transfer::take(std::string_view bytes) {
  try {
    if (!begun_) begin();
    std::uint64_t const most = url_.size != 0 ? url_.size : rules_.max_bytes;
    too_long_ = bytes.size() > most - std::min(most, part_.size());
    if (too_long_ || misplaced_) return false;
    if (int const code = part_.append(bytes)) part_.fail(code);
    received_ += bytes.size();
    bar_.update(part_.size(), url_.size != 0 ? url_.size : total_);
    return true;
  } catch (...) {
    failure_ = std::current_exception();
    return false;
  }
}

[[noreturn]] inline void refuse_check(DataURL const& url, PartFile& part, std::string got) {
  part.remove();
  throw io_error("untar.check",
                 {.call = "untar_data",
                  .expected = "an archive of" + (url.size == 0 ? std::string() : " size " + std::to_string(url.size)) +
                              (url.md5.empty() ? "" : " MD5 " + std::string(url.md5) + " (of its first MiB)"),
                  .got = std::move(got),
                  .where = std::string(url.address),
                  .fix = "what came has been removed; try again, and if the server has another version now, give "
                         "untar_data a DataURL with its size and md5, or with the address alone"});
}

[[noreturn]] inline void refuse_download(DataURL const& url, std::filesystem::path const& archive, PartFile const& part,
                                         std::string reason) {
  std::string const kept =
      part.size() == 0 ? "" : "; " + byte_text(part.size()) + " are kept, and the next call goes on";
  std::error_code code;
  std::string const wrong = std::filesystem::exists(archive, code) ? difference(url, archive) : "";
  throw io_error("untar.download",
                 {.call = "untar_data",
                  .expected = wrong.empty() ? "a download" : "a download, since the file there has " + wrong,
                  .got = std::move(reason),
                  .where = std::string(url.address),
                  .fix = "check the network and the address, or put the file by hand to " + archive.string() + kept});
}

inline void fetch_part(DataURL const& url, std::filesystem::path const& archive, DownloadRules const& rules,
                       PartFile& part) {
  if (url.size != 0 && part.size() > url.size) part.begin_anew("");
  ByteProgress bar("downloading " + archive.filename().string(), rules.progress);
  bool whole = url.size != 0 && part.size() == url.size && !url.md5.empty();  // all came, but was not renamed
  for (int tries = 1; !whole; ++tries) {
    Transfer transfer(url, rules, part, bar);
    whole = transfer.run();
    if (transfer.too_long() && url.size != 0) refuse_check(url, part, "more bytes");
    if (transfer.too_long()) {
      part.remove();
      refuse_download(url, archive, part, join({"more bytes than max_bytes, ", rules.max_bytes}));
    }
    if (!whole && (!transfer.may_go_on() || tries == 20)) refuse_download(url, archive, part, transfer.reason());
  }
  if (std::string got = difference(url, part.path()); !got.empty()) refuse_check(url, part, std::move(got));
}

inline void download_archive(DataURL const& url, std::filesystem::path const& archive, DownloadRules const& rules) {
  std::error_code code;
  auto const is_there = [&] { return std::filesystem::exists(archive, code) && difference(url, archive).empty(); };
  if (!rules.force && is_there()) return;
  std::filesystem::create_directories(archive.parent_path(), code);
  if (code) throw_file_error("untar.write", "untar_data", archive.parent_path(), code.value());
  PartFile part(archive);
  if (!rules.force && is_there()) return;  // another process has just brought it
  fetch_part(url, archive, rules, part);
  part.become_archive();
}

}  // namespace fastxx::detail
