// Takes long to compile for a reason: one description of the same data from five kinds of sources, with three kinds of
// targets, each trained, shown, exported and served.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/block.hpp>
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/label.hpp>
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/inspect/show.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <sstream>
#include <string>
#include <torch/data/datasets/base.h>
#include <tuple>
#include <type_traits>
#include <unistd.h>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// ---- the data: 24 items of three classes
constexpr int n_items = 24;
std::vector<std::string> const classes{"ant", "bee", "cow"};
std::string name_of(int i) { return std::string(i < 10 ? "0" : "") + std::to_string(i); }
std::string class_of(int i) { return classes[static_cast<std::size_t>(i / 8)]; }
std::vector<std::string> tags_of(int i) {
  std::vector<std::string> tags;
  if (i % 2) tags.push_back("odd");
  if (i % 3 == 0) tags.push_back("third");
  return tags;
}
float number_of(int i) { return .25f * static_cast<float>(i); }
at::Tensor input_of(int i) {
  return at::tensor({static_cast<float>(i) / 24, static_cast<float>(i % 5), static_cast<float>(i * i % 7)});
}

// ---- three kinds of targets: what is asked of an item, the block for it
struct Single {
  static auto of(int i) { return class_of(i); }
  static auto block() { return CategoryBlock(); }
};
struct Multi {
  static auto of(int i) { return tags_of(i); }
  static auto block() { return MultiCategoryBlock(); }
};
struct Regression {
  static auto of(int i) { return number_of(i); }
  static auto block() { return RegressionBlock(); }
};
template <class Kind>
using Target = decltype(Kind::of(0));

// What the blocks of all sources have in common. Getters are functions with names, for the exported file.
template <class Kind, class... Parts>
auto described(Parts... parts) {
  return DataBlock(blocks(TransformBlock(), Kind::block()), splitter(RandomSplitter{.valid_pct = .25, .seed = 1}),
                   std::move(parts)...);
}

// ---- five kinds of sources; each has the source, and the block for it
class Folder {
 public:
  Folder() {
    path = temporary_folder("block");
    for (int i = 0; i < n_items; ++i) {
      std::filesystem::create_directories(path / class_of(i));
      write_file_atomically(path / class_of(i) / (name_of(i) + ".txt"), std::to_string(i));
    }
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};
struct ReadFile {
  at::Tensor operator()(std::filesystem::path const& path) const { return input_of(std::stoi(read_file(path))); }
};
template <class Kind>
struct LabelOfFile {
  Target<Kind> operator()(std::filesystem::path const& path) const { return Kind::of(std::stoi(path.stem().string())); }
};
template <>
struct LabelOfFile<Single> : ParentLabel {};
struct Files {
  static auto source() {
    static Folder const folder;
    return folder.path;
  }
  template <class Kind>
  static auto block() {
    return described<Kind>(get_items(get_text_files), get_x(ReadFile{}), get_y(LabelOfFile<Kind>{}));
  }
};

struct Row {
  std::array<float, 3> x;
  std::string name;
  std::vector<std::string> tags;
  float number;
};
struct RowInput {
  at::Tensor operator()(Row const& row) const { return at::tensor({row.x[0], row.x[1], row.x[2]}); }
};
struct Rows {
  static auto source() {
    std::list<Row> rows;  // no collection that can be indexed: it is copied into one
    for (int i = 0; i < n_items; ++i) {
      at::Tensor const x = input_of(i);
      rows.push_back(
          {{x[0].item<float>(), x[1].item<float>(), x[2].item<float>()}, class_of(i), tags_of(i), number_of(i)});
    }
    return rows;
  }
  template <class Kind>
  static auto block() {
    auto const label = [] {
      if constexpr (std::is_same_v<Kind, Single>)
        return &Row::name;
      else if constexpr (std::is_same_v<Kind, Multi>)
        return &Row::tags;
      else
        return &Row::number;
    }();
    return described<Kind>(get_x(RowInput{}), get_y(label));
  }
};

template <class Kind>
struct Vector {
  static auto source() {
    std::vector<std::tuple<at::Tensor, Target<Kind>>> pairs;
    for (int i = 0; i < n_items; ++i) pairs.emplace_back(input_of(i), Kind::of(i));
    return pairs;
  }
  template <class>
  static auto block() {
    return described<Kind>();
  }
};

struct TorchNumbers : torch::data::datasets::Dataset<TorchNumbers> {
  torch::data::Example<> get(std::size_t index) override {
    int const i = static_cast<int>(index);
    ++calls;
    return {input_of(i), at::tensor(i)};
  }
  c10::optional<std::size_t> size() const override { return n_items; }
  int calls = 0;  // get() is not const: readers must not share the object
};
template <class Kind>
struct LabelOfNumber {
  Target<Kind> operator()(std::tuple<at::Tensor, at::Tensor> const& item) const {
    return Kind::of(static_cast<int>(std::get<1>(item).template item<std::int64_t>()));
  }
};
struct Torch {
  static auto source() { return TorchNumbers{}; }
  template <class Kind>
  static auto block() {
    return described<Kind>(getters(ItemGetter<0>{}, LabelOfNumber<Kind>{}));
  }
};

struct Sample {
  int number;
};
struct OwnData {
  std::size_t size() const { return n_items; }
  Sample operator[](std::size_t index) const { return {static_cast<int>(index)}; }
};
struct InputOfSample {
  at::Tensor operator()(Sample const& sample) const { return input_of(sample.number); }
};
template <class Kind>
struct LabelOfSample {
  Target<Kind> operator()(Sample const& sample) const { return Kind::of(sample.number); }
};
struct Own {
  static auto source() { return OwnData{}; }
  template <class Kind>
  static auto block() {
    return described<Kind>(get_y(LabelOfSample<Kind>{}), get_x(InputOfSample{}));
  }
};

// ---- what is done with each
auto network(std::int64_t outputs) { return Sequential(torch::nn::Linear(3, outputs)); }

struct Seen {
  std::vector<at::Tensor> batches;
  std::string shown, served;
  bool operator==(Seen const& other) const {
    if (batches.size() != other.batches.size() || shown != other.shown || served != other.served) return false;
    for (std::size_t i = 0; i < batches.size(); ++i)
      if (!at::equal(batches[i], other.batches[i]) || batches[i].dtype() != other.batches[i].dtype()) return false;
    return true;
  }
};

template <class Shown>
std::string text_of(Shown const& shown) {
  return fastxx::detail::item_text(shown);
}

// The other process: loads what training wrote, by the same block, and says what it predicts for the first item.
template <class Source, class Kind>
std::string served(std::filesystem::path const& path) {
  auto model = load_learner(path, Source::template block<Kind>(), network);
  auto const items = fastxx::detail::as_items(
      fastxx::detail::get_items_from(Source::template block<Kind>().get_items, Source::source()));
  auto const [decoded, prediction, probabilities] = model.predict(items[0]);
  std::ostringstream text;
  text << text_of(decoded);
  at::Tensor const numbers = probabilities.to(at::kDouble).reshape(-1).contiguous();
  for (std::int64_t i = 0; i < numbers.numel(); ++i) text << " " << std::hexfloat << numbers.data_ptr<double>()[i];
  return text.str();
}
struct Served {
  std::string name;
  std::string (*function)(std::filesystem::path const&);
};
std::vector<Served>& all_served() {
  static std::vector<Served> all;
  return all;
}

std::string in_another_process(std::string const& name, std::filesystem::path const& path) {
  std::array<char, 4096> program{};
  (void)!::readlink("/proc/self/exe", program.data(), program.size() - 1);
  std::string const command = "FASTXX_BLOCK='" + name + "' FASTXX_BLOCK_FILE='" + path.string() + "' '" +
                              program.data() + "' --no-intro -m -tc='block: the other process'";
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::string text;
  for (std::array<char, 256> line{}; pipe && std::fgets(line.data(), line.size(), pipe);)
    if (std::string(line.data()).rfind("served ", 0) == 0 || !text.empty()) text += line.data();
  if (pipe) ::pclose(pipe);
  return text.substr(0, text.find("end of it"));
}

template <class Source, class Kind>
Seen seen_with(std::string const& name) {
  Seen seen;
  auto const block = Source::template block<Kind>();
  auto dls = block.dataloaders(Source::source(), {.batch_size = 4, .workers = 2, .seed = 3});
  for (auto const& [x, y] : dls.train()) seen.batches.insert(seen.batches.end(), {x, y});
  for (auto const& [x, y] : dls.valid()) seen.batches.insert(seen.batches.end(), {x, y});
  seen.shown = show_batch(dls);
  set_seed(1);
  Learner learn(dls, network(dls.c()));
  learn.logger = nullptr;
  learn.fit(2, {.lr = .1});
  if constexpr (std::is_same_v<Kind, Single>) {
    CHECK(ClassificationInterpretation(learn).vocab() == classes);
  } else {
    CHECK(Interpretation(learn).top_losses(3).first.numel() == 3);
  }
  auto const path = std::filesystem::temp_directory_path() / ("fastxx_block_model_" + std::to_string(::getpid()));
  learn.export_to(path);
  seen.served = in_another_process(name, path);
  CHECK(seen.served == "served " + served<Source, Kind>(path) + "\n");
  std::filesystem::remove(path);
  return seen;
}

template <class Source, class Kind>
Seen seen(std::string const& name) {
  all_served().push_back({name, served<Source, Kind>});
  return std::getenv("FASTXX_BLOCK") ? Seen{} : seen_with<Source, Kind>(name);
}

template <class Kind>
void all_alike(std::string const& kind) {
  Seen const vector = seen<Vector<Kind>, Kind>(kind + " vector");
  CAPTURE(vector.shown);
  CAPTURE(vector.served);
  CHECK(seen<Files, Kind>(kind + " files") == vector);
  CHECK(seen<Rows, Kind>(kind + " rows") == vector);
  CHECK(seen<Torch, Kind>(kind + " torch") == vector);
  CHECK(seen<Own, Kind>(kind + " own") == vector);
  if (!std::getenv("FASTXX_BLOCK")) CHECK(vector.batches.size() == 2 * (4 + 2));
}

}  // namespace

TEST_CASE("H-01 H-08 M-48 block: five kinds of sources, one class each: the same batches, pictures and predictions") {
  all_alike<Single>("single");
}
TEST_CASE("H-01 H-08 block: five kinds of sources, several classes each") { all_alike<Multi>("multi"); }
TEST_CASE("H-01 H-08 block: five kinds of sources, a number each") { all_alike<Regression>("regression"); }

TEST_CASE("block: the other process" * doctest::skip(std::getenv("FASTXX_BLOCK") == nullptr)) {
  all_alike<Single>("single");
  all_alike<Multi>("multi");
  all_alike<Regression>("regression");
  for (Served const& one : all_served())
    if (one.name == std::getenv("FASTXX_BLOCK"))
      std::printf("served %s\nend of it\n", one.function(std::getenv("FASTXX_BLOCK_FILE")).c_str());
}
