#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fastxx {

/// A text that shows itself as a title.
///
/// Source:  fastai 2.7.18 torch_core.py TitledStr
/// Example: examples/doc/datasets.cpp
struct TitledStr : std::string {
  TitledStr() = default;
  explicit TitledStr(std::string text) : std::string(std::move(text)) {}

  template <class Context>
  requires requires(Context& context, std::string const& text) { context.title(text); }
  Context show(Context context) const {
    context.title(*this);
    return context;
  }
};

/// The class of one item, as an index into a vocabulary; collates to a TensorCategory.
struct Category {
  std::int64_t index = 0;
  bool operator==(Category const&) const = default;
};

template <>
struct collate_for<Category> {
  static TensorCategory collate(std::vector<Category> const& items) {
    Tensor indices = at::empty({static_cast<std::int64_t>(items.size())}, at::kLong);
    auto* out = indices.data_ptr<std::int64_t>();
    for (auto const& item : items) *out++ = item.index;
    return TensorCategory(std::move(indices));
  }
};

/// Class names in order, with the way back from a name to its index.
///
/// Errors:  data_error [categorize.utf8] for a name that is no UTF-8
/// Source:  fastai 2.7.18 data/transforms.py CategoryMap
/// Example: examples/doc/datasets.cpp
class CategoryMap {
 public:
  static constexpr char const* na = "#na#";  ///< stands for what has no class, by `add_na`

  CategoryMap() = default;
  explicit CategoryMap(std::vector<std::string> names, bool sort = true, bool add_na = false);

  std::size_t size() const { return names_.size(); }
  bool empty() const { return names_.empty(); }
  std::string const& operator[](std::int64_t index) const { return names_.at(static_cast<std::size_t>(index)); }
  std::vector<std::string> const& names() const { return names_; }

  /// The index of a name, or -1.
  std::int64_t find(std::string const& name) const;
  bool contains(std::string const& name) const { return index_.contains(name); }

  /// The names as text, the first ten of many.
  std::string to_string() const;
  friend std::ostream& operator<<(std::ostream& out, CategoryMap const& map) {
    return out << "[" << map.to_string() << "]";
  }

  /// Append a name unless it is there already.
  void add(std::string name);

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int64_t> index_;
};

/// The classes of a Categorize: a list of names, ordered by its `.sort`, or a CategoryMap, whose order stays.
///
/// Source:  fastai 2.7.18 data/transforms.py Categorize, its argument `vocab`; differs: a CategoryMap keeps its order
/// Example: examples/doc/datasets.cpp
struct Vocabulary : CategoryMap {
  Vocabulary() = default;
  Vocabulary(CategoryMap map) : CategoryMap(std::move(map)) {}
  Vocabulary(std::vector<std::string> names) : CategoryMap(std::move(names), false), sortable_(true) {}
  Vocabulary(std::initializer_list<std::string> names) : Vocabulary(std::vector<std::string>(names)) {}
  Vocabulary(std::initializer_list<std::int64_t> numbers);

  /// Sort what was a list, and have "#na#" first when it is asked for; an empty one stays empty.
  void finish(bool sort, bool add_na);

 private:
  bool sortable_ = false;
  bool numbers_ = false;  // 2 before 10
};

namespace detail {
// The name of a class that is a number, a truth or a letter.
template <std::integral Number>
std::string label_name(Number number) {
  if constexpr (std::is_same_v<Number, bool>)
    return number ? "true" : "false";
  else if constexpr (std::is_same_v<Number, char>)
    return std::string(1, number);
  else
    return std::to_string(number);
}
template <class Label>
inline constexpr bool is_number_label =
    std::integral<Label> && !std::is_same_v<Label, bool> && !std::is_same_v<Label, char>;
std::vector<std::string> sorted_numbers(std::vector<std::string> names);

// The last member of Categorize: made when its settings are known, it makes them fit each other.
struct Finished {
  Finished(Vocabulary& vocab, bool sort, bool add_na) { vocab.finish(sort, add_na); }
};

void require_each_once(std::vector<std::string> const& names);
}  // namespace detail

/// Labels to class indices and back. Without a vocabulary it learns one from the training labels.
///
/// `Categorize{.vocab = {"dog", "cat"}}` has cat first, as `.sort` says; with `.add_na`, entry 0 is "#na#" and stands for
/// every label that is not in the vocabulary. Labels that are whole numbers are sorted as such, `.vocab = {2, 10}` too.
/// Dtypes:  std::string, or an integer -> Category; decode: Category or a TensorCategory of one element -> TitledStr
/// Errors:  data_error [categorize.unseen] naming the label; [categorize.one_class] when all training labels are one, and
///          there would be nothing to learn; [categorize.empty]; [categorize.index] for an index outside
///          the vocabulary; [categorize.shape]; [categorize.labels] when it is to learn from what is no label, such as whole
///          tuples; [categorize.repeated] for a file that names a class twice
/// Source:  fastai 2.7.18 data/transforms.py Categorize (TR-09); carries the loss function of its targets
/// Example: examples/doc/datasets.cpp
struct Categorize {
  static constexpr int order = 1;
  static constexpr bool checks_items = true;  // Datasets tries every label at once
  using encoded_type = Category;
  Vocabulary vocab = {};
  bool sort = true;  ///< of a list of names, given or learned
  bool add_na = false;
  bool allow_empty = false;  ///< take an empty label for a class like any other
  CrossEntropyLossFlat loss_func = {};
  [[no_unique_address]] detail::Finished finished = {vocab, sort, add_na};  ///< not to be set

  template <class Labels>
  void setups(Labels const& labels) {
    if (!vocab.empty()) return;
    using Label = std::decay_t<decltype(labels[std::size_t(0)])>;
    CategoryMap seen;
    if constexpr (std::integral<Label>)
      for (std::size_t i = 0; i < labels.size(); ++i) seen.add(detail::label_name(Label(labels[i])));
    else if constexpr (std::is_convertible_v<Label, std::string>)
      for (std::size_t i = 0; i < labels.size(); ++i) seen.add(labels[i]);
    else
      refuse_labels(type_name<Label>());
    learn(seen, detail::is_number_label<Label>);
  }

  Category encodes(std::string const& label) const;
  template <std::integral Number>
  Category encodes(Number label) const {
    return encodes(detail::label_name(label));
  }
  /// A whole batch of labels.
  TensorCategory encodes_batch(std::vector<std::string> const& labels) const;
  TitledStr decodes(Category category) const { return name(category.index); }
  TitledStr decodes(TensorCategory const& category) const;

  /// How many classes there are: the size of a model's last layer.
  std::int64_t c() const { return static_cast<std::int64_t>(vocab.size()); }

  void serialize(auto& archive) {
    std::vector<std::string> names = vocab.names();
    archive("vocab", names);
    archive("add_na", add_na);
    archive("allow_empty", allow_empty);
    detail::require_each_once(names);  // before the first that came twice would move all that follow
    vocab = CategoryMap(std::move(names), /*sort=*/false);
  }

 private:
  void learn(CategoryMap const& seen, bool numbers);
  [[noreturn]] static void refuse_one_class(std::string const& name);
  [[noreturn]] static void refuse_labels(std::string const& type);
  TitledStr name(std::int64_t index) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/category.ipp>
#endif
