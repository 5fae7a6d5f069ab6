#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/mid/data/category.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The classes of one item, as indices into a vocabulary of `c` classes.
struct MultiCategory {
  std::vector<std::int64_t> indices = {};
  std::int64_t c = 0;
  bool operator==(MultiCategory const&) const = default;
};

/// Texts that show themselves as a title, with ";" between them.
///
/// Source:  fastai 2.7.18 data/transforms.py MultiCategory
/// Example: examples/doc/data_block.cpp
struct TitledStrings : std::vector<std::string> {
  using vector::vector;

  std::string to_string() const;

  template <class Context>
  requires requires(Context& context, std::string const& text) { context.title(text); }
  Context show(Context context) const {
    context.title(to_string());
    return context;
  }
};

/// Lists of labels to lists of class indices and back. Without a vocabulary it learns one from the training labels.
///
/// A vocabulary that is given keeps its order. With `.add_na` entry 0 is "#na#", which no label means: boxes that pad a
/// batch have it.
/// Dtypes:  std::vector<std::string> -> MultiCategory -> TitledStrings
/// Errors:  data_error [categorize.unseen] naming the labels; [categorize.empty] for an empty label (an item without any
///          is fine), and where no training item has one; [categorize.index]
/// Source:  fastai 2.7.18 data/transforms.py MultiCategorize; carries the loss function of its targets
/// Example: examples/doc/data_block.cpp
struct MultiCategorize {
  static constexpr int order = 1;
  static constexpr bool checks_items = true;
  Vocabulary vocab = {};
  bool add_na = false;
  BCEWithLogitsLossFlat loss_func = {};
  [[no_unique_address]] detail::Finished finished = {vocab, /*sort=*/false, add_na};  ///< not to be set

  template <class Labels>
  void setups(Labels const& labels) {
    if (!vocab.empty()) return;
    CategoryMap seen;
    for (std::size_t i = 0; i < labels.size(); ++i)
      for (std::string const& label : labels[i]) seen.add(label);
    if (seen.empty()) refuse_no_labels();
    vocab = CategoryMap(seen.names(), /*sort=*/true, add_na);
  }

  MultiCategory encodes(std::vector<std::string> const& labels) const;
  TitledStrings decodes(MultiCategory const& category) const;

  /// How many classes there are: the size of a model's last layer.
  std::int64_t c() const { return static_cast<std::int64_t>(vocab.size()); }

  void serialize(auto& archive) {
    std::vector<std::string> names = vocab.names();
    archive("vocab", names);
    archive("add_na", add_na);
    detail::require_each_once(names);
    vocab = CategoryMap(std::move(names), /*sort=*/false);
  }

 private:
  [[noreturn]] static void refuse_no_labels();
};

/// The classes of an item as one number for each class, 1 for those it has and 0 for the others.
///
/// Shapes:  -> (c)
/// Dtypes:  MultiCategory -> TensorMultiCategory float32; decode: what is above 0.5
/// Errors:  data_error [one_hot.index]
/// Source:  fastai 2.7.18 data/transforms.py OneHotEncode; differs: the number of classes comes with the item
/// Example: examples/doc/data_block.cpp
struct OneHotEncode {
  static constexpr int order = 2;

  TensorMultiCategory encodes(MultiCategory const& category) const;
  MultiCategory decodes(TensorMultiCategory const& encoded) const;
};

/// Labels that are one-hot encoded already, a 0 or 1 for each class of the vocabulary.
///
/// Shapes:  (c) -> (c)
/// Dtypes:  std::vector of bool, int, float or double, or a Tensor -> TensorMultiCategory float32 -> TitledStrings
/// Errors:  data_error [one_hot.size] unless there is a number for each class, [one_hot.value] for others than 0 and 1
/// Source:  fastai 2.7.18 data/transforms.py EncodedMultiCategorize
/// Example: examples/doc/data_block.cpp
struct EncodedMultiCategorize {
  static constexpr int order = 1;
  static constexpr bool checks_items = true;
  using encoded_type = TensorMultiCategory;
  CategoryMap vocab;
  BCEWithLogitsLossFlat loss_func = {};

  EncodedMultiCategorize(std::vector<std::string> names) : vocab(names, /*sort=*/false) {
    detail::require_each_once(names);
  }
  EncodedMultiCategorize(std::initializer_list<std::string> names)
      : EncodedMultiCategorize(std::vector<std::string>(names)) {}

  template <class Number>
  requires std::is_arithmetic_v<Number> TensorMultiCategory encodes(std::vector<Number> const& encoded)
  const { return checked(at::tensor(std::vector<float>(encoded.begin(), encoded.end()))); }
  TensorMultiCategory encodes(Tensor const& encoded) const { return checked(encoded.to(at::kFloat)); }
  TitledStrings decodes(TensorMultiCategory const& encoded) const;

  std::int64_t c() const { return static_cast<std::int64_t>(vocab.size()); }

  void serialize(auto& archive) {
    std::vector<std::string> names = vocab.names();
    archive("vocab", names);
    detail::require_each_once(names);
    vocab = CategoryMap(std::move(names), /*sort=*/false);
  }

 private:
  TensorMultiCategory checked(Tensor encoded) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/multi_category.ipp>
#endif
