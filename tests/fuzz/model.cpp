// The files that stand on safetensors: an exported model, weights with the state of an optimizer, a checkpoint. Each input
// goes to the readers of all three.
#include "fuzz.hpp"
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/train/checkpoint.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <fastxx/mid/train/learner.hpp>
#include <fastxx/mid/train/tracker.hpp>

#include <filesystem>
#include <functional>
#include <iterator>
#include <random>

using namespace fastxx;

namespace {

struct Signs {
  std::size_t size() const { return 8; }
  std::tuple<at::Tensor, std::string> operator[](std::size_t i) const {
    return {at::full({1}, i < 4 ? -1. : 1., at::kFloat), i < 4 ? "minus" : "plus"};
  }
};

auto signs() { return data_transforms(type_tfms(pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Categorize{}))); }
Sequential small() { return Sequential(torch::nn::Linear(1, 2)); }

auto new_learner() {
  auto const dls = dataloaders(Signs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, signs(), {.batch_size = 2});
  Learner learn(dls, small());
  learn.logger = nullptr;
  return learn;
}
auto& learner() {
  static auto learn = new_learner();
  return learn;
}

std::filesystem::path folder() {
  return std::filesystem::temp_directory_path() / ("fastxx_fuzz_" + std::to_string(::getpid()));
}

std::string bytes_of(SafeTensors const& file) {
  bool const has_memory = std::filesystem::exists("/dev/shm");
  auto const path = has_memory ? "/dev/shm/fastxx_fuzz_" + std::to_string(::getpid()) : folder().string();
  save_safetensors(path, file);
  std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}
std::vector<SafeTensors> parsed(std::vector<std::string> const& all) {
  std::vector<SafeTensors> files;
  for (std::string const& bytes : all)
    files.push_back(load_safetensors(fuzz::MemoryFile(bytes.data(), bytes.size()).path()));
  return files;
}

void change_words(SafeTensors& file, std::mt19937_64& random, std::string const& input) {
  if (file.metadata.empty()) return;
  auto const chosen = std::next(file.metadata.begin(), static_cast<std::ptrdiff_t>(random() % file.metadata.size()));
  std::string const piece = input.substr(random() % input.size(), random() % 300);
  std::string word = chosen->second;
  switch (random() % 4) {
    case 0:
      file.metadata.erase(chosen);
      return;
    case 1:
      word = piece;
      break;
    case 2:
      word.insert(random() % (word.size() + 1), piece);
      break;
    default:
      word = fuzz::words[random() % std::size(fuzz::words)];
  }
  if (fastxx::detail::is_utf8(word)) chosen->second = word;  // what is none cannot be written
}

void change_tensor(SafeTensors& file, std::mt19937_64& random) {
  auto const chosen = std::next(file.tensors.begin(), static_cast<std::ptrdiff_t>(random() % file.tensors.size()));
  at::Tensor const old = chosen->second;
  at::Tensor const other =
      std::next(file.tensors.begin(), static_cast<std::ptrdiff_t>(random() % file.tensors.size()))->second;
  switch (random() % 6) {
    case 0:
      file.tensors.erase(chosen);
      break;
    case 1:
      file.tensors[chosen->first + "." + std::to_string(random() % 10)] = other;
      break;
    case 2:
      chosen->second = other;
      break;
    case 3:
      chosen->second = at::zeros_like(old).to(random() % 2 ? at::kLong : at::kByte);
      break;
    case 4:
      chosen->second = at::cat({old.flatten(), old.flatten()});
      break;
    default:  // all its bytes, or those of one number, at the end of a type
      chosen->second = old.clone();
      if (old.nbytes() == 0) break;
      std::size_t const one = old.dtype().itemsize(), at = random() % 2 ? 0 : random() % (old.nbytes() / one) * one;
      int const value = old.scalar_type() == at::kBool ? 1 : random() % 2 ? 0xFF : 0x7F;
      std::memset(static_cast<char*>(chosen->second.data_ptr()) + at, value, at ? one : old.nbytes());
  }
}

// A fit that goes as far as a Checkpoint reads its file.
struct Done {};
struct Resume {
  static constexpr int order = CallbackOrder::checkpoint;
  std::string path;

  void before_fit(TrainState& learn) {
    fastxx::detail::SavedRun const run(path, learn, fastxx::detail::identity_of(learn));
    run.give_to(learn);
    throw Done();
  }
};
template <class One>
void fit(One const& one) {
  auto stop = EarlyStopping({.track = {.monitor = "valid_loss"}, .patience = 2});
  learner().fit(2, {.lr = .1}, callbacks(stop, one));
}

}  // namespace

std::vector<std::string> fuzz::corpus() {
  std::filesystem::create_directories(folder());
  auto const file = folder() / "file";
  std::vector<std::string> all;
  fit(Checkpoint(file, {.every = 1}));
  all.push_back(read_file(file));
  learner().save(file, {.with_opt = true});
  all.push_back(read_file(file));
  learner().export_to(file);
  all.push_back(read_file(file));
  std::filesystem::remove_all(folder());
  return all;
}

// Most mutations break the header, or what it says of the data. So the other half are good files in which a value or two
// are others, whose readers are behind those of the format.
std::string fuzz::repaired(std::string input) {
  std::mt19937_64 random(std::hash<std::string>()(input));
  if (input.empty() || random() % 2) return with_header_length(std::move(input));
  static std::vector<SafeTensors> const good = parsed(corpus());
  SafeTensors file = good[random() % good.size()];
  file.metadata.erase("fastxx.crc32");  // which would keep every change from the readers
  for (std::size_t left = 1 + random() % 2; left > 0; --left) {
    if (random() % 2)
      change_words(file, random, input);
    else
      change_tensor(file, random);
  }
  return bytes_of(file);
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::MemoryFile const file(data, size);
  fuzz::takes([&] {
    auto served = load_learner(file.path(), signs(), small);
    served.predict(Signs{}[0]);
  });
  fuzz::takes([&] { learner().load(file.path(), {.with_opt = true}); });
  fuzz::takes([&] {
    try {
      fit(Resume{file.path()});
    } catch (Done const&) {
    }
  });
  return 0;
}
