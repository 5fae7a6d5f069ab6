// Where items are, which are for training, what their labels are: files, splitters, getters.
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/column.hpp>
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/label.hpp>
#include <fastxx/mid/data/regex_labeller.hpp>
#include <fastxx/mid/data/splitter.hpp>

#include <filesystem>
#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace fastxx;

void print(char const* how, Splits const& splits) {
  std::cout << how << ":";
  for (auto const& subset : splits) {
    std::cout << " |";
    for (auto const index : subset) std::cout << " " << index;
  }
  std::cout << "\n";
}

int main() {
  auto const folder = std::filesystem::temp_directory_path() / ("fastxx-example-finding-" + std::to_string(::getpid()));
  for (char const* const name : {"train/cat/cat_1.png", "train/dog/dog_2.PNG", "valid/cat/cat_3.jpg", "notes.txt"}) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file_atomically(folder / name, "not really a picture");
  }

  // Files, sorted by path.
  Paths const images = get_image_files(folder);
  std::cout << images.size() << " of " << image_extensions().size() << " kinds, in train "
            << get_image_files(folder, {.folders = {"train"}}).size() << ", texts " << get_text_files(folder).size()
            << ", all " << get_files(folder, {.extensions = {}}).size() << "\n";
  std::cout << ImageGetter{.suffix = "valid"}(folder).size() << " in valid, "
            << FileGetter{.suffix = "train", .extensions = {".png"}}(folder).size() << " PNG files in train\n";

  // Labels: of the folder, of the path, of the name.
  std::cout << parent_label(images[0]) << ", " << RegexLabeller(R"(/(\w+)_\d+\.[^/]*$)")(images[1]) << ", "
            << RegexLabeller(R"(^(\w+)_\d)", {.name_only = true})(images[2]) << "\n";

  // Splits: lists of the numbers of items, training first.
  std::vector<int> const ten(10);
  print("random", RandomSplitter{.valid_pct = .3, .seed = 42}(ten));
  print("parts", RandomSubsetSplitter{.train_sz = .5, .valid_sz = .2, .seed = 42}(ten));
  print("end", EndSplitter{.valid_pct = .3}(ten));
  print("indices", IndexSplitter{{0, 1}}(ten));
  print("mask", MaskSplitter{{true, false, false}}(images));
  print("folders", GrandparentSplitter{}(images));
  print("function", FuncSplitter([](std::filesystem::path const& file) { return file.extension() == ".jpg"; })(images));
  print("stratified",
        TrainTestSplitter{.test_size = .5, .stratify = {"a", "a", "b", "b"}, .random_state = 1}(std::vector<int>(4)));
  write_file_atomically(folder / "valid.txt", "cat_1.png\n");
  print("names in a file", FileSplitter{folder / "valid.txt"}(images));

  // Rows of a table: a column is a member, or a name.
  struct Row {
    std::string file, tags;
    int fold;
  };
  std::vector<Row> const rows{{"a", "red round", 1}, {"b", "", 2}, {"c", "red", 3}};
  print("column", ColSplitter(&Row::fold, {3})(rows));
  std::cout << ColReader(&Row::file, {.pref = "images/", .suff = ".png"}).encodes(rows[0]) << " has "
            << ColReader(&Row::tags, label_delim(" ")).encodes(rows[0]).size() << " labels\n";
  std::filesystem::remove_all(folder);
}
