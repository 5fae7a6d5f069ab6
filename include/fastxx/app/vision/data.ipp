#pragma once

#include <fastxx/app/vision/data.hpp>
#include <fastxx/low/io/idx.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace fastxx::vision {

FASTXX_INLINE IdxImages::IdxImages(std::filesystem::path const& images, std::filesystem::path const& labels,
                                   std::vector<std::string> classes)
    : images_(read_idx(images)), labels_(read_idx(labels)), classes_(std::move(classes)) {
  check(images.string(), labels.string());
}

FASTXX_INLINE std::tuple<ImageBW, std::string> IdxImages::operator[](std::size_t index) const {
  return {ImageBW(images_, static_cast<std::int64_t>(index)), classes_[label(index)]};
}

FASTXX_INLINE std::tuple<TensorImageBW, std::vector<std::string>> IdxImages::batch(BatchIndices indices) const {
  std::vector<std::string> labels;
  labels.reserve(indices.size());
  for (auto const index : indices) labels.push_back(classes_[label(static_cast<std::size_t>(index))]);
  return {ImageBW::stack(images_, indices), std::move(labels)};
}

FASTXX_INLINE void IdxImages::refuse(char const* key, std::string expected, std::string got, std::string where) {
  throw data_error(key, {.call = "IdxImages",
                         .expected = std::move(expected),
                         .got = std::move(got),
                         .where = std::move(where),
                         .fix = "check that the two files belong together"});
}

FASTXX_INLINE void IdxImages::check(std::string const& images, std::string const& labels) const {
  if (images_.dim() != 3 || labels_.dim() != 1 || images_.scalar_type() != at::kByte ||
      labels_.scalar_type() != at::kByte)
    refuse("idx_images.dtype", "bytes (N,H,W) and labels (N)",
           fastxx::detail::shape_text(images_.sizes()) + " and " + fastxx::detail::shape_text(labels_.sizes()), images);
  if (size() == 0) refuse("idx_images.empty", "at least one image", "none", images);
  if (images_.size(0) != labels_.size(0))
    refuse("idx_images.count", "as many labels as images",
           std::to_string(labels_.size(0)) + " labels for " + std::to_string(images_.size(0)) + " images", labels);
  for (std::size_t i = 0; i < size(); ++i)
    if (label(i) >= classes_.size())
      refuse("idx_images.label", "labels below " + std::to_string(classes_.size()) + ", the number of class names",
             std::to_string(label(i)), labels + ", item " + std::to_string(i));
}

FASTXX_INLINE std::string FashionMNIST::describe() const {
  std::string text = "Fashion-MNIST: " + std::to_string(train.size()) + " training and " + std::to_string(test.size()) +
                     " test images of " + std::to_string(train.images().size(1)) + " x " +
                     std::to_string(train.images().size(2)) + " pixels in " + std::to_string(train.classes().size()) +
                     " classes:";
  for (std::size_t i = 0; i < train.classes().size(); ++i) text += (i ? ", " : " ") + train.classes()[i];
  return text;
}

FASTXX_INLINE FashionMNIST fashion_mnist(std::filesystem::path const& folder) {
  if (!std::filesystem::exists(folder / "train-images-idx3-ubyte.gz"))
    throw io_error("fashion_mnist.missing", {.call = "fashion_mnist",
                                             .expected = "train-images-idx3-ubyte.gz and its three companions",
                                             .got = "none",
                                             .where = folder.string(),
                                             .fix = "run: apt-get install dataset-fashion-mnist"});
  std::vector<std::string> const classes{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                         "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  auto read = [&](std::string const& part) {
    return IdxImages(folder / (part + "-images-idx3-ubyte.gz"), folder / (part + "-labels-idx1-ubyte.gz"), classes);
  };
  return {read("train"), read("t10k")};
}

}  // namespace fastxx::vision
