// Older saves beside the newest, saves by the clock, damage that is found, and disks that take nothing more.
#include "../../errors.hpp"
#include "resume.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

struct Cut {};

// Ends the fit before a batch, as a power cut would.
struct CutAt {
  std::int64_t train_iter;
  void before_batch(TrainState& learn) const {
    if (learn.training && learn.train_iter == train_iter) throw Cut();
  }
};

// What a body says on stderr.
std::string warnings(auto const& body) {
  std::FILE* const caught = std::tmpfile();
  REQUIRE(caught);
  std::fflush(stderr);
  int const former = ::dup(STDERR_FILENO);
  ::dup2(::fileno(caught), STDERR_FILENO);
  auto const back = [&] { std::fflush(stderr), ::dup2(former, STDERR_FILENO), ::close(former); };
  try {
    body();
  } catch (...) {
    back();
    throw;
  }
  back();
  std::string text(static_cast<std::size_t>(std::ftell(caught)), ' ');
  std::rewind(caught);
  CHECK(std::fread(text.data(), 1, text.size(), caught) == text.size());
  std::fclose(caught);
  return text;
}

int times(std::string const& text, std::string const& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void train(auto& learn, std::filesystem::path const& path, CheckpointOptions const& options, auto... more) {
  learn.fit_one_cycle(resume::epochs, {.lr_max = .05}, callbacks(Checkpoint(path, options), std::move(more)...));
}
void train_until(std::int64_t train_iter, std::filesystem::path const& path, CheckpointOptions const& options) {
  auto learn = resume::learner(0);
  CHECK_THROWS_AS(train(learn, path, options, CutAt{train_iter}), Cut);
}

std::string saved_batch(std::filesystem::path const& path) {
  return load_safetensors(path).metadata.at("position.train_iter");
}
std::filesystem::path kept(std::filesystem::path const& path, int age) {
  return path.string() + "." + std::to_string(age);
}
auto files_in(std::filesystem::path const& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

void flip_bit(std::filesystem::path const& path, std::size_t place) {
  auto bytes = read_file(path);
  bytes[place] = static_cast<char>(bytes[place] ^ 4);
  write_file_atomically(path, bytes);
}

}  // namespace

TEST_CASE("keep: the older saves stand beside the newest, the youngest first, and no more than said") {
  resume::Folder const folder;
  auto const path = folder.path / "run.safetensors";
  train_until(5, path, {.every = 1, .keep = 3});
  CHECK(saved_batch(path) == "5");
  for (int const age : {1, 2, 3}) CHECK(saved_batch(kept(path, age)) == std::to_string(5 - age));
  CHECK(files_in(folder.path) == 4);
  std::filesystem::remove(path);
  for (int const age : {1, 2, 3}) std::filesystem::remove(kept(path, age));
  train_until(5, path, {.every = 1});
  CHECK(files_in(folder.path) == 1);
}

TEST_CASE(
    "keep: the newest save damaged or gone, the fit goes on from the youngest whole one, says so, and ends the same") {
  resume::Folder const folder;
  auto const path = folder.path / "run.safetensors";
  auto whole = resume::learner(0);
  train(whole, folder.path / "whole", {.every = 2});
  auto const expected = read_file(folder.path / "whole");
  auto const go_on = [&](auto const& damage) {
    train_until(9, path, {.every = 2, .keep = 2});
    damage();
    auto learn = resume::learner(0);
    auto const said = warnings([&] { train(learn, path, {.every = 2, .keep = 2}); });
    CHECK(read_file(path) == expected);
    CHECK(times(said, "warning: ") == (said.empty() ? 0 : 1));
    for (auto const& file : {path, kept(path, 1), kept(path, 2)}) std::filesystem::remove(file);
    return said;
  };
  auto const cut = [](auto const& file) { std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2); };
  CHECK(go_on([] {}).empty());
  auto said = go_on([&] { cut(path); });
  CHECK(contains(said, "[safetensors."));
  CHECK(contains(said, "goes on from " + kept(path, 1).string()));
  said = go_on([&] { flip_bit(path, read_file(path).size() - 9); });
  CHECK(contains(said, "[checkpoint.damaged]"));
  CHECK(contains(said, "goes on from " + kept(path, 1).string()));
  said = go_on([&] { cut(path), flip_bit(kept(path, 1), 3000); });
  CHECK(contains(said, "goes on from " + kept(path, 2).string()));
  said = go_on([&] { std::filesystem::remove(path); });
  CHECK(contains(said, "run.safetensors is gone"));
}

TEST_CASE("keep: a damaged save does not push out a whole one") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  train_until(9, path, {.every = 1, .keep = 1});
  std::filesystem::resize_file(path, 10);
  auto learn = resume::learner(0);
  CHECK(contains(warnings([&] { CHECK_THROWS_AS(train(learn, path, {.every = 1, .keep = 1}, CutAt{9}), Cut); }),
                 "goes on"));
  CHECK(saved_batch(path) == "9");
  CHECK(saved_batch(kept(path, 1)) == "8");  // the one it went on from
}

TEST_CASE("keep: no save whole is one error about the newest; another fit's or an unreadable one is not passed over") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  train_until(4, path, {.every = 1, .keep = 2});
  auto const good = read_file(path);
  auto const attempt = [&] {
    auto learn = resume::learner(0);
    return error_of([&] { train(learn, path, {.every = 1, .keep = 2}); });
  };
  auto other = load_safetensors(path);
  other.metadata.erase("fastxx.crc32"), other.metadata["fit.epochs"] = "9";
  save_safetensors(path, other);
  CHECK(contains(attempt(), "[checkpoint.other]"));
  save_safetensors(path, {.tensors = {{"weight", at::ones({2})}}});  // somebody's model
  CHECK(contains(attempt(), "[checkpoint.file]"));
  std::filesystem::remove(path), std::filesystem::create_directory(path);
  CHECK(contains(attempt(), "[safetensors.open]"));
  std::filesystem::remove(path);
  for (auto const& file : {path, kept(path, 1), kept(path, 2)}) write_file_atomically(file, good.substr(0, 1000));
  auto const text = attempt();
  CHECK(contains(text, "[safetensors.truncated]"));
  CHECK_FALSE(contains(text, "run."));  // of the newest, no other
  CHECK(read_file(path) == good.substr(0, 1000));
}

TEST_CASE("keep: beginning anew leaves no save of the former run to go on from") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  train_until(5, path, {.every = 1, .keep = 2});
  train_until(1, path, {.every = 1, .keep = 2, .resume = false});
  CHECK(saved_batch(path) == "1");
  CHECK(saved_batch(kept(path, 1)) == "0");
  CHECK_FALSE(std::filesystem::exists(kept(path, 2)));
}

TEST_CASE("keep: behind a link to another disk too, and a save cut off between its steps keeps nothing twice") {
  resume::Folder const folder;
  auto const path = folder.path / "run",
             elsewhere = std::filesystem::path("/dev/shm") / ("fastxx_" + std::to_string(::getpid()));
  std::filesystem::create_symlink(elsewhere, path);
  write_file_atomically(elsewhere, "");
  train_until(4, path, {.every = 1, .keep = 2, .resume = false});
  CHECK(std::filesystem::is_symlink(path));
  CHECK(saved_batch(path) == "4");
  CHECK(saved_batch(kept(path, 1)) == "3");
  CHECK(saved_batch(kept(path, 2)) == "2");
  std::filesystem::remove(elsewhere), std::filesystem::remove(path);

  std::filesystem::rename(kept(path, 2), path);
  std::filesystem::remove(kept(path, 1));
  std::filesystem::create_hard_link(path, kept(path, 1));  // as far as that save came
  train_until(3, path, {.every = 1, .keep = 2});
  CHECK(saved_batch(path) == "3");
  CHECK(saved_batch(kept(path, 1)) == "2");
  CHECK_FALSE(std::filesystem::exists(kept(path, 2)));
}

TEST_CASE("every bit of a checkpoint is checked when it is read; a file without a checksum is taken") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  train_until(4, path, {.every = 1});
  auto const good = read_file(path);
  for (std::size_t place = 9; place < good.size(); place += good.size() / 40) {
    CAPTURE(place);
    write_file_atomically(path, good);
    flip_bit(path, place);
    auto learn = resume::learner(0);
    CHECK(error_of([&] { train(learn, path, {.every = 1}); }) != "no error");
    CHECK(learn.recorder().losses.empty());
  }
  write_file_atomically(path, good);
  auto old = load_safetensors(path);
  auto const bytes_of = [&](auto const& change) {
    SafeTensors file = old;
    change(file);
    save_safetensors(path, file);
    auto learn = resume::learner(0);
    return error_of([&] { train(learn, path, {.every = 1}); });
  };
  CHECK(contains(bytes_of([](auto& file) {
                   file.tensors["model.0.weight"] = at::zeros({8, 1});
                 }),
                 "[checkpoint.damaged]"));
  CHECK(contains(bytes_of([](auto& file) { file.metadata["position.epoch"] = "1"; }), "[checkpoint.damaged]"));
  CHECK(bytes_of([](auto& file) { file.metadata.erase("fastxx.crc32"); }) == "no error");

  // And what learn.save writes.
  auto learn = resume::learner(0);
  learn.fit(1);
  learn.save(path);
  auto const before = learn.model->parameters()[0].detach().clone();
  auto const size = read_file(path).size();
  flip_bit(path, size - 9);
  learn.fit(1);
  auto const now = learn.model->parameters()[0].detach().clone();
  CHECK(contains(error_of([&] { learn.load(path); }), "[checkpoint.damaged]"));
  CHECK(at::equal(learn.model->parameters()[0], now));
  flip_bit(path, size - 9);
  learn.load(path);
  CHECK(at::equal(learn.model->parameters()[0], before));
}

TEST_CASE("every_minutes: saves by the clock, without every_minutes by the batch, and after each epoch anyway") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  auto const saved = [&](CheckpointOptions const& options, std::int64_t until) {
    std::filesystem::remove(path);
    train_until(until, path, options);
    return saved_batch(path);
  };
  CHECK(saved({.every_minutes = 1e-9}, 4) == "4");
  CHECK(saved({.every_minutes = 60}, 4) == "0");
  CHECK(saved({.every_minutes = 60}, 8) == "6");  // after the epoch
  CHECK(saved({.every = 3, .every_minutes = 60}, 5) == "3");
  CHECK(saved({.every = 0}, 5) == "0");
  CHECK(saved({}, 5) == "0");
  struct Pause {
    void after_loss(TrainState& learn) const {
      if (learn.training && learn.iter == 2) std::this_thread::sleep_for(std::chrono::milliseconds(60));
    }
  };
  std::filesystem::remove(path);
  auto learn = resume::learner(0);
  CHECK_THROWS_AS(train(learn, path, {.every_minutes = .05 / 60}, Pause{}, CutAt{4}), Cut);
  CHECK(saved_batch(path) == "3");  // the batch of the pause; the time begins again with its save
}

TEST_CASE("every 100 batches where nothing is said, and not beside every_minutes") {
  resume::Folder const folder;
  auto const saved = [&](std::string const& name, CheckpointOptions const& options) {
    auto learn = resume::learner_of(DataLoaders(resume::loader(toy::line(440), {.batch_size = 4}),
                                                resume::loader(toy::line(4), {.batch_size = 4})));
    CHECK_THROWS_AS(train(learn, folder.path / name, options, CutAt{104}), Cut);
    return saved_batch(folder.path / name);
  };
  CHECK(saved("plain", {}) == "100");
  CHECK(saved("minutes", {.every_minutes = 60}) == "0");
}

TEST_CASE("options out of range are refused with one sentence") {
  resume::Folder const folder;
  auto learn = resume::learner(0);
  auto const refusal = [&](CheckpointOptions const& options) {
    return error_of([&] { train(learn, folder.path / "run", options); });
  };
  CHECK(contains(refusal({.every = -1}), "[checkpoint.every]"));
  for (double const minutes : {-1., std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK(contains(refusal({.every_minutes = minutes}), "[checkpoint.every_minutes]"));
  for (std::int64_t const keep : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()})
    CHECK(contains(refusal({.keep = keep}), "[checkpoint.keep]"));
  CHECK(files_in(folder.path) == 0);
}

namespace {
// Takes the folder of the saves away at one batch, and gives it back at another.
struct LoseFolder {
  std::filesystem::path folder;
  std::int64_t away = 0, back = -1;
  void before_batch(TrainState& learn) const {
    if (!learn.training) return;
    auto const elsewhere = folder.string() + "_away";
    if (learn.train_iter == away) std::filesystem::rename(folder, elsewhere);
    if (learn.train_iter == back) std::filesystem::rename(elsewhere, folder);
  }
};
}  // namespace

TEST_CASE("names that the system refuses, of a kept save too, are an error before the fit") {
  resume::Folder const folder;
  auto const refused = [&](std::filesystem::path const& path) {
    auto learn = resume::learner(0);
    return error_of([&] { train(learn, path, {.every = 2, .keep = 1}); });
  };
  CHECK(contains(refused(folder.path / std::string(300, 'a')), "[checkpoint.file]"));
  CHECK(contains(refused(folder.path / std::string(254, 'a')), "[checkpoint.file]"));  // 256 with ".1"
  auto const loop = folder.path / "loop";
  std::filesystem::create_symlink(loop, loop);
  CHECK(contains(refused(loop), "[checkpoint.file]"));
}

TEST_CASE("a folder that goes away: training goes on, says so once, and saves again when it is back; or it stops") {
  resume::Folder const folder;
  auto const saves = folder.path / "saves", path = saves / "run";
  auto whole = resume::learner(0);
  train(whole, folder.path / "whole", {.every = 1});
  for (std::int64_t const keep : {0, 2}) {
    auto learn = resume::learner(0);
    auto said = warnings([&] { train(learn, path, {.every = 1, .keep = keep}, LoseFolder{saves, 3, 7}); });
    CHECK(times(said, "warning: ") == 1);
    CHECK(contains(said, "[file.write]"));
    CHECK(contains(said, "training goes on"));
    CHECK(times(said, "is written again") == 1);
    CHECK(learn.recorder().losses == whole.recorder().losses);
    CHECK(read_file(path) == read_file(folder.path / "whole"));
    std::filesystem::remove_all(saves);
  }
  auto to_the_end = resume::learner(0);
  CHECK(times(warnings([&] { train(to_the_end, path, {.every = 1}, LoseFolder{saves, 3}); }), "warning: ") == 1);
  CHECK(to_the_end.recorder().losses == whole.recorder().losses);
  CHECK(saved_batch(saves.string() + "_away/run") == "3");
  std::filesystem::remove_all(saves.string() + "_away");

  auto stopped = resume::learner(0);
  auto const text = error_of([&] {
    train(stopped, path, {.every = 1, .on_write_error = OnWriteError::stop}, LoseFolder{saves, 3});
  });
  CHECK(contains(text, "[file.write]"));
  CHECK(stopped.recorder().losses.size() == 4);
  CHECK(saved_batch(saves.string() + "_away/run") == "3");
}

namespace {
// A disk of its own, of so many bytes; only root may have one.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path folder, int kilobytes) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = ::mount("none", folder_.c_str(), "tmpfs", 0, ("size=" + std::to_string(kilobytes) + "k").c_str()) == 0;
  }
  SmallDisk(SmallDisk const&) = delete;
  SmallDisk& operator=(SmallDisk const&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool make_read_only() const {
    return ::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};
// Does something before the batches of these numbers.
struct Before {
  std::map<std::int64_t, std::function<void()>> batch;
  void before_batch(TrainState& learn) const {
    if (auto const found = batch.find(learn.train_iter); learn.training && found != batch.end()) found->second();
  }
};
}  // namespace

TEST_CASE("a disk that is full or read-only in the middle of a fit: the last save stays whole and training goes on") {
  resume::Folder const folder;
  SmallDisk const disk(folder.path / "disk", 200);
  if (!disk.mounted()) return;  // not root; to Checkpoint, a folder that goes away is the same
  auto const path = folder.path / "disk" / "run", filler = folder.path / "disk" / "filler";
  auto const fill = [&filler] {
    std::ofstream file(filler);
    while (file.put('x').flush()) {
    }
  };
  std::string full;
  auto const free = [&] { full = saved_batch(path) + saved_batch(kept(path, 1)), std::filesystem::remove(filler); };
  auto whole = resume::learner(0);
  train(whole, folder.path / "whole", {.every = 1});
  auto learn = resume::learner(0);
  auto const said = warnings([&] { train(learn, path, {.every = 1, .keep = 1}, Before{{{5, fill}, {9, free}}}); });
  CHECK(contains(said, "No space left on device"));
  CHECK(times(said, "warning: ") == 1);
  CHECK(times(said, "is written again") == 1);
  CHECK(full == "54");
  CHECK(read_file(path) == read_file(folder.path / "whole"));
  CHECK(files_in(folder.path / "disk") == 2);

  auto protected_one = resume::learner(0);
  auto const text = warnings([&] {
    train(protected_one, path, {.every = 1, .resume = false}, Before{{{5, [&] { CHECK(disk.make_read_only()); }}}});
  });
  CHECK(contains(text, "Read-only file system"));
  CHECK(times(text, "warning: ") == 1);
  CHECK(protected_one.recorder().losses == whole.recorder().losses);
  CHECK(saved_batch(path) == "5");
  auto refused = resume::learner(0);
  CHECK(
      contains(error_of([&] { train(refused, path, {.every = 1}); }), "[file.folder]"));  // at once, not in the middle
}
