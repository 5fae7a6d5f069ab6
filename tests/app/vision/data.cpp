#include <fastxx/vision.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>
#include <zlib.h>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;
using namespace fastxx::vision;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "fastxx-vision-test";
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

// An idx file of bytes, big-endian sizes; gzipped when the name says so.
void write_idx(std::filesystem::path const& path, std::vector<std::uint32_t> const& shape, std::string const& bytes) {
  std::string file{0, 0, 8, static_cast<char>(shape.size())};
  for (auto size : shape)
    for (int shift : {24, 16, 8, 0}) file += static_cast<char>(size >> shift & 255);
  file += bytes;
  gzFile out = gzopen(path.c_str(), path.extension() == ".gz" ? "wb" : "wT");
  gzwrite(out, file.data(), static_cast<unsigned>(file.size()));
  gzclose(out);
}

std::string key_of(auto const& body) {
  try {
    body();
  } catch (error const& e) {
    return e.key();
  }
  return "no error";
}

std::string message_of(auto const& body) {
  try {
    body();
  } catch (error const& e) {
    return e.what();
  }
  return "";
}

IdxImages read(Folder const& folder, std::vector<std::string> classes = {"zero", "one"}) {
  return IdxImages(folder.path / "images", folder.path / "labels", std::move(classes));
}

}  // namespace

TEST_CASE("vision: an image is a view of its bytes, a tensor on request, and shows itself") {
  Tensor const stack = at::arange(24, at::kByte).view({2, 3, 4});
  ImageBW const second(stack, 1);
  CHECK(second.height() == 3);
  CHECK(second.width() == 4);
  CHECK(second.pixels() == stack.data_ptr<std::uint8_t>() + 12);
  CHECK(at::equal(second.tensor(), stack.slice(0, 1)));
  CHECK(at::equal(second.show(ImageCell{}).cell.image, stack.slice(0, 1)));
  CHECK(key_of([] { ImageBW(at::zeros({3, 4})); }) == "image.tensor");
  CHECK(key_of([] { ImageBW(at::zeros({3, 4, 4}, at::kByte)); }) == "image.tensor");
}

TEST_CASE("vision: images collate into one (N,1,H,W) tensor of bytes; other sizes are refused with both shapes") {
  Tensor const stack = at::arange(24, at::kByte).view({2, 3, 4});
  auto const batch = collate(std::vector{ImageBW(stack, 1), ImageBW(stack, 0)});
  static_assert(std::is_same_v<decltype(batch), TensorImageBW const>);
  CHECK(batch.sizes() == at::IntArrayRef({2, 1, 3, 4}));
  CHECK(at::equal(batch[1][0], stack[0]));
  auto const text = message_of([&] { collate(std::vector{ImageBW(stack, 0), ImageBW(stack.view({2, 4, 3}), 0)}); });
  CHECK(text.find("(3, 4)") != std::string::npos);
  CHECK(text.find("(4, 3)") != std::string::npos);
}

TEST_CASE("vision: idx images are (image, class name) pairs, from plain and gzipped files") {
  Folder const folder;
  write_idx(folder.path / "images", {3, 2, 2}, std::string("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b", 12));
  write_idx(folder.path / "labels", {3}, std::string("\x01\x00\x01", 3));
  auto const images = read(folder);
  CHECK(images.size() == 3);
  auto const [image, label] = images[2];
  CHECK(label == "one");
  CHECK(image.pixels()[3] == 11);
}

TEST_CASE("bad input: fewer labels than images, a label without a name, no images, colours: one error each") {
  Folder const folder;
  write_idx(folder.path / "images", {2, 2, 2}, std::string(8, 'x'));
  write_idx(folder.path / "labels", {1}, std::string(1, 0));
  CHECK(key_of([&] { read(folder); }) == "idx_images.count");
  CHECK(message_of([&] { read(folder); }).find("1 labels for 2 images") != std::string::npos);
  write_idx(folder.path / "labels", {2}, std::string("\x00\x07", 2));
  CHECK(key_of([&] { read(folder); }) == "idx_images.label");
  CHECK(message_of([&] { read(folder); }).find("item 1") != std::string::npos);
  write_idx(folder.path / "images", {2, 2, 2, 3}, std::string(24, 'x'));
  CHECK(key_of([&] { read(folder); }) == "idx_images.dtype");
}

TEST_CASE("bad input: a package that is not installed names the command that installs it") {
  Folder const folder;
  auto const text = message_of([&] { fashion_mnist(folder.path); });
  CHECK(text.find("fashion_mnist.missing") != std::string::npos);
  CHECK(text.find("apt-get install dataset-fashion-mnist") != std::string::npos);
  CHECK(text.find(folder.path.string()) != std::string::npos);
}

TEST_CASE("vision: Fashion-MNIST is what its paper says") {
  auto const data = fashion_mnist();
  CHECK(data.train.size() == 60000);
  CHECK(data.test.size() == 10000);
  CHECK(at::equal(at::bincount(data.train.labels()), at::full({10}, 6000, at::kLong)));
  CHECK(std::get<1>(data.train[0]) == "Ankle boot");
  CHECK(std::get<1>(data.test[0]) == "Ankle boot");
  CHECK(data.describe().find("60000 training and 10000 test images of 28 x 28 pixels in 10 classes") !=
        std::string::npos);
  // Known statistics of the training images in 0..1: mean 0.2860, standard deviation 0.3530.
  CHECK(data.train.images().to(at::kFloat).mean().item<double>() / 255 == doctest::Approx(.2860).epsilon(1e-3));
}

TEST_CASE("TR-25 vision: Fashion-MNIST gives whole batches through its pipelines, the same as image by image") {
  struct ByItem {
    IdxImages const* all;
    std::size_t size() const { return 1000; }
    auto operator[](std::size_t i) const { return (*all)[i]; }
  };
  struct Whole : ByItem {
    auto batch(BatchIndices indices) const { return all->batch(indices); }
  };
  auto const data = fashion_mnist();
  auto loader = [](auto images, int workers) {
    Datasets const dsets(std::move(images), RandomSplitter{.valid_pct = .1, .seed = 1}, pipeline(ItemGetter<0>{}),
                         pipeline(ItemGetter<1>{}, Categorize{}));
    return dataloaders(dsets, {.batch_size = 64, .workers = workers, .seed = 1}, batch_tfms(IntToFloatTensor{}))
        .train();
  };
  auto const by_item = loader(ByItem{&data.test}, 0);
  auto const whole = loader(Whole{{&data.test}}, 2);
  static_assert(decltype(whole)::whole_batches && !decltype(by_item)::whole_batches);
  static_assert(decltype(loader(data.test, 0))::whole_batches);
  auto it = by_item.begin();
  for (auto const& [x, y] : whole) {
    CHECK(at::equal(x, std::get<0>(*it)));
    CHECK(at::equal(y, std::get<1>(*it)));
    ++it;
  }
  CHECK(it == by_item.end());
}

TEST_CASE("H-25 H-26 H-52 H-53 H-54 vision: a small network learns, and everything that is drawn is a picture") {
  Folder const folder;
  auto const data = fashion_mnist();
  struct First {  // the first n items only: quick
    IdxImages const* all;
    std::size_t n;
    std::size_t size() const { return n; }
    auto operator[](std::size_t i) const { return (*all)[i]; }
  };
  Datasets const dsets(First{&data.train, 1200}, RandomSplitter{.valid_pct = .2, .seed = 1}, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}, Categorize{}));
  auto const loaders = [&](int workers) {
    return dataloaders(dsets, {.batch_size = 32, .workers = workers, .seed = 1},
                       batch_tfms(IntToFloatTensor{}, Normalize{}));
  };
  auto const dls = loaders(0);
  show_batch(dls, folder.path / "batch.png", {.max_n = 4});

  set_seed(1);
  Learner learn(dls, small_cnn(dls.c()), metrics(accuracy, error_rate));
  learn.logger = [](auto const&) {};
  learn.fit_one_cycle(3, {.lr_max = 5e-3});
  auto const last = learn.recorder().values.back();
  CHECK(*last[2] > 0.6);
  CHECK(*last[2] + *last[3] == doctest::Approx(1));

  show_results(learn, folder.path / "results.png");

  ClassificationInterpretation const interp(learn, dls.test_dl(First{&data.test, 100}, with_labels));
  CHECK(interp.predictions().preds.sizes() == at::IntArrayRef({100, 10}));
  auto const matrix = interp.confusion_matrix();
  CHECK(matrix.sum().item<std::int64_t>() == 100);
  CHECK(at::diagonal(matrix).sum().item<double>() / 100 == doctest::Approx(interp.accuracy()));
  auto const confused = interp.most_confused(1);
  REQUIRE(!confused.empty());
  CHECK(confused.front().count >= confused.back().count);
  auto const actual = dls.vocab().find(confused[0].actual), predicted = dls.vocab().find(confused[0].predicted);
  CHECK(matrix[actual][predicted].item<std::int64_t>() == confused[0].count);
  auto const [losses, indices] = interp.top_losses(5);
  CHECK(losses[0].item<double>() >= losses[4].item<double>());
  CHECK(losses[0].item<double>() == interp.predictions().losses.max().item<double>());
  interp.plot_confusion_matrix(folder.path / "confusion.png");
  interp.plot_top_losses(4, folder.path / "top.png");
  learn.recorder().plot_loss(folder.path / "loss.png");
  for (char const* name : {"batch.png", "results.png", "confusion.png", "top.png", "loss.png"})
    CHECK(std::filesystem::file_size(folder.path / name) > 2000);

  // The shown top loss is the image it belongs to, as the source has it.
  auto const worst = static_cast<std::size_t>(indices[0].item<std::int64_t>());
  auto const cell = fastxx::detail::show_sample(fastxx::detail::decoded_item(interp.loader(), worst));
  CHECK(at::equal(cell.cell.image, std::get<0>(data.test[worst]).tensor()));
  CHECK(cell.cell.title == std::get<1>(data.test[worst]));

  // The sums of a convolution depend on the number of libtorch's threads: workers must not take any.
  auto const curve = [&](int workers) {
    set_seed(1);
    Learner again(loaders(workers), small_cnn(10), metrics(accuracy, error_rate));
    again.logger = [](auto const&) {};
    again.fit(1);
    return again.recorder().losses;
  };
  auto const without = curve(0);
  for (int const workers : {1, 3}) CHECK((curve(workers) == without));
}
