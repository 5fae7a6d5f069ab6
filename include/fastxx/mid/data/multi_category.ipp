#pragma once

#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/data/multi_category.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::string TitledStrings::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < size(); ++i) text += (i ? ";" : "") + (*this)[i];
  return text;
}

FASTXX_INLINE void MultiCategorize::refuse_no_labels() {
  throw data_error("categorize.empty", {.call = "MultiCategorize",
                                        .expected = "labels to learn the classes from",
                                        .got = "none, in all training items",
                                        .fix = "check what gives the labels, or give a vocabulary"});
}

FASTXX_INLINE MultiCategory MultiCategorize::encodes(std::vector<std::string> const& labels) const {
  MultiCategory category{{}, c()};
  std::string unseen;
  for (std::string const& label : labels) {
    if (label.empty())
      throw data_error("categorize.empty", {.call = "MultiCategorize",
                                            .expected = "labels, or none at all",
                                            .got = "an empty one",
                                            .fix = "repair the item; an item without labels has an empty list"});
    category.indices.push_back(vocab.find(label));
    if (category.indices.back() < 0) unseen += (unseen.empty() ? "'" : ", '") + detail::brief(label) + "'";
  }
  if (!unseen.empty())
    throw data_error("categorize.unseen",
                     {.call = "MultiCategorize",
                      .expected = "labels of the vocabulary (" + vocab.to_string() + ")",
                      .got = unseen,
                      .fix = "they are missing from the training items: fix them, or give a vocabulary"});
  return category;
}

FASTXX_INLINE TitledStrings MultiCategorize::decodes(MultiCategory const& category) const {
  TitledStrings names;
  for (std::int64_t const index : category.indices) {
    if (index < 0 || index >= c())
      throw data_error("categorize.index", {.call = "MultiCategorize::decodes",
                                            .expected = {"indices below ", c()},
                                            .got = {index},
                                            .fix = "the model has another number of outputs than the vocabulary"});
    names.push_back(vocab[index]);
  }
  return names;
}

FASTXX_INLINE TensorMultiCategory OneHotEncode::encodes(MultiCategory const& category) const {
  Tensor encoded = at::zeros({category.c}, at::kFloat);
  float* const out = encoded.data_ptr<float>();
  for (std::int64_t const index : category.indices) {
    if (index < 0 || index >= category.c)
      throw data_error("one_hot.index", {.call = "OneHotEncode",
                                         .expected = {"indices below ", category.c},
                                         .got = {index},
                                         .fix = "give .c the number of classes"});
    out[index] = 1;
  }
  return TensorMultiCategory(std::move(encoded));
}

FASTXX_INLINE MultiCategory OneHotEncode::decodes(TensorMultiCategory const& encoded) const {
  Tensor const flat = encoded.tensor().reshape(-1).to(at::kDouble).contiguous();
  MultiCategory category{{}, flat.numel()};
  for (std::int64_t i = 0; i < category.c; ++i)
    if (flat.data_ptr<double>()[i] > 0.5) category.indices.push_back(i);
  return category;
}

FASTXX_INLINE TensorMultiCategory EncodedMultiCategorize::checked(Tensor encoded) const {
  if (encoded.dim() != 1 || encoded.size(0) != c())
    throw data_error("one_hot.size", {.call = "EncodedMultiCategorize",
                                      .expected = {"a number for each of ", c(), " classes"},
                                      .got = detail::shape_text(encoded.sizes()),
                                      .fix = "the vocabulary names the classes in the order of the numbers"});
  if (!encoded.eq(0).logical_or(encoded.eq(1)).all().item<bool>())
    throw data_error("one_hot.value", {.call = "EncodedMultiCategorize",
                                       .expected = "0 or 1 for each class",
                                       .got = "another number",
                                       .fix = "names of classes go to MultiCategorize"});
  return TensorMultiCategory(std::move(encoded));
}

FASTXX_INLINE TitledStrings EncodedMultiCategorize::decodes(TensorMultiCategory const& encoded) const {
  return MultiCategorize{.vocab = Vocabulary(vocab)}.decodes(OneHotEncode{}.decodes(encoded));
}

}  // namespace fastxx
