#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/io/detail/zip_file.hpp>
#include <fastxx/low/io/torch_value.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fastxx::detail {

// The memory behind tensors, as a pickle names it.
struct TorchStorage {
  std::string key;
  at::ScalarType dtype = at::kFloat;
  std::uint64_t numel = 0;
};

// Runs the pickles of a file of torch.save. It knows the operations that make plain data; a class that is no tensor's
// stays a name, whatever is done with it.
//
// What is on the way lies in one place and points at itself, so that no nesting, however deep, is walked through to free
// it; what comes out is a tree, whose depth and size are bounded.
class Unpickler {
 public:
  // `memory` gives the one-dimensional tensor behind a storage.
  Unpickler(TorchFileProblem const& problem, std::function<Tensor(TorchStorage const&)> memory)
      : problem_(problem), memory_(std::move(memory)) {}

  // Run the pickle at the beginning of `bytes`; `used` is where it ends.
  TorchValue run(std::string_view bytes, std::size_t& used);

 private:
  struct Node;
  using Ref = Node*;
  using Refs = std::vector<Ref>;
  struct List {
    Refs items;
  };
  struct Tuple {
    Refs items;
  };
  struct Dict {
    std::vector<std::pair<Ref, Ref>> items;
  };
  struct Global {
    std::string name;
  };
  struct NumberType {
    char kind;  // as in numpy.dtype("f8")
    std::size_t bytes;
  };
  struct Node {
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Tensor, List, Tuple, Dict, Global,
                 TorchValue::Object, TorchStorage, NumberType>
        value;
  };

  [[noreturn, gnu::cold]] void fail(ErrorText const& expected, ErrorText const& got) const;

  // Reading the pickle's bytes.
  std::string_view take(std::uint64_t count);
  template <class Number>
  Number number();
  std::string_view line();

  // The stack, the marks on it, and what was put aside.
  template <class T>
  void push(T value) {
    stack_.push_back(&nodes_.emplace_back(Node{std::move(value)}));
  }
  void push_tuple(std::size_t count);
  Ref top() const;
  Ref pop();
  Refs pop_to_mark();
  void remember(std::uint64_t place);
  void recall(std::uint64_t place);

  void step(unsigned char code);
  bool step_number(unsigned char code);
  bool step_text(unsigned char code);
  bool step_container(unsigned char code);
  bool step_filling(unsigned char code);
  bool step_memo(unsigned char code);
  bool step_protocol(unsigned char code);
  void step_object(unsigned char code);

  void append(Ref to, Refs const& items);
  void set_items(Ref to, Refs const& items);
  void whole_number(std::string_view bytes);
  void big_endian_double();
  void reduce();
  void persistent();

  Ref call(std::string const& name, Refs const& arguments);
  Dict dict_of_pairs(Refs const& arguments);
  std::string latin_bytes(std::string const& letters);
  Tensor rebuild_tensor(Refs const& arguments);
  Node numpy_number(Refs const& arguments) const;
  std::vector<std::int64_t> sizes(Ref tuple) const;
  std::int64_t integer(Ref node) const;
  std::string const& text(Ref node) const;
  template <class T>
  T const* as(Ref node) const {
    return std::get_if<T>(&node->value);
  }

  TorchValue tree(Ref node, int depth);
  void count(std::uint64_t more);

  TorchFileProblem const& problem_;
  std::function<Tensor(TorchStorage const&)> memory_;
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::deque<Node> nodes_;
  Refs stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, Ref> memo_;
  std::uint64_t counted_ = 0;  // what was made of what is remembered: nodes and letters of the tree, copies
};

// The dtype of "torch.FloatStorage"; undefined for other names.
at::ScalarType storage_dtype(std::string_view name);
// "FloatStorage" for a dtype; empty where there is none.
std::string_view storage_name(at::ScalarType dtype);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/io/detail/pickle.ipp>
#include <fastxx/low/io/detail/pickle_values.ipp>
#endif
