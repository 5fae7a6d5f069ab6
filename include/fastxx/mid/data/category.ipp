#pragma once

#include <fastxx/low/core/utf8.hpp>
#include <fastxx/mid/data/category.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE CategoryMap::CategoryMap(std::vector<std::string> names, bool sort, bool add_na) {
  if (sort) std::sort(names.begin(), names.end());
  if (add_na) add(na);
  for (auto& name : names) add(std::move(name));
}

FASTXX_INLINE std::int64_t CategoryMap::find(std::string const& name) const {
  auto const found = index_.find(name);
  return found == index_.end() ? -1 : found->second;
}

FASTXX_INLINE std::string CategoryMap::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < size() && i < 10; ++i) text += (i ? ", " : "") + names_[i];
  return size() > 10 ? text + ", ... " + std::to_string(size()) + " in all" : text;
}

FASTXX_INLINE void CategoryMap::add(std::string name) {
  if (contains(name)) return;
  // Now, not after hours of training: no file of ours could hold it.
  if (!detail::is_utf8(name))
    throw data_error("categorize.utf8", {.call = "CategoryMap",
                                         .expected = "names of classes in UTF-8",
                                         .got = "'" + detail::brief(name) + "'",
                                         .fix = "convert the labels, for instance with iconv -f latin1 -t utf-8"});
  index_.emplace(name, static_cast<std::int64_t>(names_.size()));
  names_.push_back(std::move(name));
}

FASTXX_INLINE Vocabulary::Vocabulary(std::initializer_list<std::int64_t> numbers) : sortable_(true), numbers_(true) {
  for (std::int64_t const number : numbers) add(std::to_string(number));
}

FASTXX_INLINE void Vocabulary::finish(bool sort, bool add_na) {
  bool const has_na = !add_na || empty() || names().front() == na;
  if (!(sort && sortable_) && has_na) return;
  auto ordered = numbers_ && sort ? detail::sorted_numbers(names()) : names();
  *this = CategoryMap(std::move(ordered), sort && sortable_ && !numbers_, add_na);
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE std::vector<std::string> sorted_numbers(std::vector<std::string> names) {
  // Longer is larger, and smaller below zero; of one length letters and digits sort alike.
  auto const rank = [](std::string const& name) {
    bool const negative = name.starts_with('-');
    auto const length = static_cast<std::int64_t>(name.size());
    return negative ? -length : length;
  };
  std::sort(names.begin(), names.end(), [&](std::string const& a, std::string const& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return rank(a) < 0 ? b < a : a < b;
  });
  return names;
}

FASTXX_INLINE void require_each_once(std::vector<std::string> const& names) {
  CategoryMap seen;
  for (std::string const& name : names) {
    if (seen.contains(name))
      throw data_error("categorize.repeated",
                       {.call = "Categorize",
                        .expected = "each class of a vocabulary once",
                        .got = "'" + brief(name) + "' twice",
                        .fix = "leave one of them out; a file with such a vocabulary is damaged"});
    seen.add(name);
  }
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Category Categorize::encodes(std::string const& label) const {
  if (label.empty() && !allow_empty)
    throw data_error("categorize.empty", {.call = "Categorize",
                                          .expected = "a label",
                                          .got = "an empty one",
                                          .fix = "repair or leave out the item, or set .allow_empty = true"});
  auto const index = vocab.find(label), na = add_na ? vocab.find(CategoryMap::na) : -1;
  if (index >= 0) return {index};
  if (na >= 0) return {na};
  throw data_error("categorize.unseen", {.call = "Categorize",
                                         .expected = "a label of the vocabulary (" + vocab.to_string() + ")",
                                         .got = "'" + detail::brief(label) + "'",
                                         .fix = "the label is missing from the training items: fix it, add it to the "
                                                "vocabulary, or use add_na"});
}

FASTXX_INLINE TensorCategory Categorize::encodes_batch(std::vector<std::string> const& labels) const {
  Tensor indices = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
  auto* out = indices.data_ptr<std::int64_t>();
  for (auto const& label : labels) *out++ = encodes(label).index;
  return TensorCategory(std::move(indices));
}

FASTXX_INLINE TitledStr Categorize::decodes(TensorCategory const& category) const {
  if (category.numel() != 1)
    throw data_error("categorize.shape", {.call = "Categorize::decodes",
                                          .expected = "the index of one class",
                                          .got = {category.numel(), " numbers"},
                                          .fix = "the loss must decode what the model gives to one class per item"});
  return name(category.item<std::int64_t>());
}

FASTXX_INLINE void Categorize::learn(CategoryMap const& seen, bool numbers) {
  if (seen.size() == 1 && !add_na) refuse_one_class(seen[0]);
  bool const by_value = numbers && sort;
  vocab = CategoryMap(by_value ? detail::sorted_numbers(seen.names()) : seen.names(), sort && !by_value, add_na);
}

FASTXX_INLINE void Categorize::refuse_labels(std::string const& type) {
  throw data_error("categorize.labels",
                   {.call = "Categorize",
                    .expected = "labels that are texts or whole numbers, to learn the classes from",
                    .got = "items of type " + type,
                    .fix = "give it the labels alone, or the classes: Categorize{.vocab = {\"a\", "
                           "\"b\"}}"});
}

FASTXX_INLINE void Categorize::refuse_one_class(std::string const& name) {
  throw data_error(
      "categorize.one_class",
      {.call = "Categorize",
       .expected = "at least two classes among the training labels",
       .got = "'" + detail::brief(name) + "' alone",
       .fix = "check what gives the labels: parent_label wants a folder for each class; a vocabulary that is "
              "given may have one class"});
}

FASTXX_INLINE TitledStr Categorize::name(std::int64_t index) const {
  if (index < 0 || index >= c())
    throw data_error("categorize.index", {.call = "Categorize::decodes",
                                          .expected = "an index below " + std::to_string(c()),
                                          .got = std::to_string(index),
                                          .fix = "the model has another number of outputs than the vocabulary"});
  return TitledStr(vocab[index]);
}

}  // namespace fastxx
