#pragma once

#include <fastxx/app/vision/core.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/mid/data/block_parts.hpp>
#include <fastxx/mid/data/whole_batch.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

namespace fastxx::vision {

/// Grey images and their class names, read whole from a pair of idx files (plain or gzipped); items are (image, label).
///
/// Errors:  io_error from read_idx; data_error [idx_images.empty], [idx_images.count] when the numbers of images and
///          labels differ, [idx_images.label] for a label without a class name; [idx_images.dtype]
/// Source:  the file format is LeCun's (MNIST)
/// Example: examples/fashion_mnist.cpp
class IdxImages {
 public:
  IdxImages(std::filesystem::path const& images, std::filesystem::path const& labels, std::vector<std::string> classes);

  std::size_t size() const { return static_cast<std::size_t>(images_.size(0)); }
  std::tuple<ImageBW, std::string> operator[](std::size_t index) const;
  /// Many items at once: the images (N,1,H,W) and the labels.
  std::tuple<TensorImageBW, std::vector<std::string>> batch(BatchIndices indices) const;

  Tensor const& images() const { return images_; }  ///< (N,H,W) uint8
  Tensor const& labels() const { return labels_; }  ///< (N) uint8
  std::vector<std::string> const& classes() const { return classes_; }

 private:
  std::size_t label(std::size_t index) const { return labels_.data_ptr<std::uint8_t>()[index]; }

  [[noreturn]] static void refuse(char const* key, std::string expected, std::string got, std::string where);

  void check(std::string const& images, std::string const& labels) const;

  Tensor images_, labels_;
  std::vector<std::string> classes_;
};

/// Images as the input of a DataBlock, from a source that gives images: their batches become float32 in [0, 1].
///
/// Source:  fastai 2.7.18 vision/data.py ImageBlock (H-12); differs: reads no files yet
/// Example: examples/fashion_mnist.cpp
inline auto ImageBlock() { return TransformBlock(pipeline(), batch_tfms(IntToFloatTensor{})); }

/// Fashion-MNIST: 60,000 training and 10,000 test images of 28 x 28 pixels in ten classes.
struct FashionMNIST {
  IdxImages train;
  IdxImages test;

  std::string describe() const;
};

/// Read Fashion-MNIST from a folder; the default is where Debian's package puts it.
///
/// Errors:  io_error [fashion_mnist.missing] with the command that installs the package; see IdxImages for damaged
/// files
/// Source:  Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv 1708.07747 (class names)
/// Example: examples/fashion_mnist.cpp
FashionMNIST fashion_mnist(std::filesystem::path const& folder = "/usr/share/datasets/fashion-mnist");

}  // namespace fastxx::vision

#if FASTXX_BODIES
#include <fastxx/app/vision/data.ipp>
#endif
