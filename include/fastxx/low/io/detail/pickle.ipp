#pragma once

#include <fastxx/low/io/detail/pickle.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

namespace fastxx::detail {

struct StorageName {
  std::string_view name;
  at::ScalarType dtype;
};
inline constexpr std::array storage_names{StorageName{"FloatStorage", at::kFloat},
                                          StorageName{"DoubleStorage", at::kDouble},
                                          StorageName{"HalfStorage", at::kHalf},
                                          StorageName{"BFloat16Storage", at::kBFloat16},
                                          StorageName{"LongStorage", at::kLong},
                                          StorageName{"IntStorage", at::kInt},
                                          StorageName{"ShortStorage", at::kShort},
                                          StorageName{"CharStorage", at::kChar},
                                          StorageName{"ByteStorage", at::kByte},
                                          StorageName{"BoolStorage", at::kBool},
                                          StorageName{"ComplexFloatStorage", at::kComplexFloat},
                                          StorageName{"ComplexDoubleStorage", at::kComplexDouble}};

FASTXX_INLINE at::ScalarType storage_dtype(std::string_view name) {
  if (name.starts_with("torch.")) name.remove_prefix(6);
  if (name.starts_with("cuda.")) name.remove_prefix(5);
  for (auto const& known : storage_names)
    if (known.name == name) return known.dtype;
  return at::ScalarType::Undefined;
}

FASTXX_INLINE std::string_view storage_name(at::ScalarType dtype) {
  for (auto const& known : storage_names)
    if (known.dtype == dtype) return known.name;
  return {};
}

FASTXX_INLINE void Unpickler::fail(ErrorText const& expected, ErrorText const& got) const {
  problem_.fail("pickle", expected, got, {"byte ", at_, " of the pickle"});
}

FASTXX_INLINE std::string_view Unpickler::take(std::uint64_t count) {
  if (count > bytes_.size() - at_) fail({count, " bytes more"}, {bytes_.size() - at_});
  auto const taken = bytes_.substr(at_, count);
  at_ += count;
  return taken;
}

template <class Number>
Number Unpickler::number() {
  return number_at<Number>(take(sizeof(Number)), 0);
}

FASTXX_INLINE std::string_view Unpickler::line() {
  auto const end = bytes_.find('\n', at_);
  if (end == std::string_view::npos) fail("the end of a line", "the end of the file");
  auto const text = bytes_.substr(at_, end - at_);
  at_ = end + 1;
  return text;
}

FASTXX_INLINE Unpickler::Ref Unpickler::top() const {
  bool const marked = !marks_.empty() && marks_.back() >= stack_.size();
  if (stack_.empty() || marked) fail("a value on the stack", "none");
  return stack_.back();
}

FASTXX_INLINE Unpickler::Ref Unpickler::pop() {
  Ref const value = top();
  stack_.pop_back();
  return value;
}

FASTXX_INLINE Unpickler::Refs Unpickler::pop_to_mark() {
  if (marks_.empty()) fail("a mark on the stack", "none");
  auto const first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  Refs items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

FASTXX_INLINE void Unpickler::remember(std::uint64_t place) { memo_[place] = top(); }

FASTXX_INLINE void Unpickler::recall(std::uint64_t place) {
  auto const found = memo_.find(place);
  if (found == memo_.end()) fail("a value that was remembered", {"number ", place});
  stack_.push_back(found->second);
}

FASTXX_INLINE TorchValue Unpickler::run(std::string_view bytes, std::size_t& used) {
  bytes_ = bytes, at_ = 0, counted_ = 0;
  nodes_.clear(), stack_.clear(), marks_.clear(), memo_.clear();
  constexpr unsigned char stop = '.';
  constexpr std::size_t most_bytes = 64 << 20;
  while (true) {
    // A letter of a pickle may cost 50 bytes of memory.
    if (at_ > most_bytes) fail({"a pickle of at most ", most_bytes, " bytes"}, "a longer one");
    auto const code = static_cast<unsigned char>(take(1)[0]);
    if (code == stop) break;
    step(code);
  }
  used = at_;
  return tree(pop(), 0);
}

FASTXX_INLINE void Unpickler::step(unsigned char code) {
  if (step_number(code) || step_text(code) || step_container(code) || step_memo(code)) return;
  step_object(code);
}

FASTXX_INLINE void Unpickler::whole_number(std::string_view bytes) {
  if (bytes.size() > 8) {
    // The magic number of old files is the only longer one that means anything here.
    push(std::string(bytes));
    return;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  bool const negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
  if (negative && bytes.size() < 8) value |= ~std::uint64_t(0) << (8 * bytes.size());
  push(static_cast<std::int64_t>(value));
}

FASTXX_INLINE void Unpickler::big_endian_double() {
  std::string bytes(take(8));
  std::reverse(bytes.begin(), bytes.end());
  push(number_at<double>(bytes, 0));
}

FASTXX_INLINE bool Unpickler::step_number(unsigned char code) {
  switch (code) {
    case 'N':
      push(std::monostate());
      return true;
    case 0x88:
      push(true);
      return true;
    case 0x89:
      push(false);
      return true;
    case 'J':
      push(std::int64_t{number<std::int32_t>()});
      return true;
    case 'K':
      push(std::int64_t{number<std::uint8_t>()});
      return true;
    case 'M':
      push(std::int64_t{number<std::uint16_t>()});
      return true;
    case 0x8a:
      whole_number(take(number<std::uint8_t>()));
      return true;
    case 'G':
      big_endian_double();
      return true;
    default:
      return false;
  }
}

FASTXX_INLINE bool Unpickler::step_text(unsigned char code) {
  std::uint64_t size = 0;
  switch (code) {
    case 'X':
    case 'T':
    case 'B':
      size = number<std::uint32_t>();
      break;
    case 0x8c:
    case 'U':
    case 'C':
      size = number<std::uint8_t>();
      break;
    case 0x8d:
    case 0x8e:
      size = number<std::uint64_t>();
      break;
    default:
      return false;
  }
  push(std::string(take(size)));
  return true;
}

FASTXX_INLINE bool Unpickler::step_container(unsigned char code) {
  auto const tuple_of = [this](std::size_t count) {
    Refs items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push(Tuple{std::move(items)});
  };
  switch (code) {
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case ']':
    case 0x8f:
      push(List{});
      return true;
    case '}':
      push(Dict{});
      return true;
    case ')':
      push(Tuple{});
      return true;
    case 0x85:
      tuple_of(1);
      return true;
    case 0x86:
      tuple_of(2);
      return true;
    case 0x87:
      tuple_of(3);
      return true;
    case 't':
    case 0x91:
      push(Tuple{pop_to_mark()});
      return true;
    case 'a': {
      Ref const item = pop();
      append(top(), {item});
      return true;
    }
    case 'e':
    case 0x90: {
      Refs const items = pop_to_mark();
      append(top(), items);
      return true;
    }
    case 's': {
      Ref const value = pop(), key = pop();
      set_items(top(), {key, value});
      return true;
    }
    case 'u': {
      Refs const items = pop_to_mark();
      set_items(top(), items);
      return true;
    }
    default:
      return false;
  }
}

FASTXX_INLINE void Unpickler::append(Ref to, Refs const& items) {
  if (auto* const list = std::get_if<List>(&to->value))
    list->items.insert(list->items.end(), items.begin(), items.end());
  else if (!as<TorchValue::Object>(to))  // a list with a class of its own stays a name
    fail("a list to put something behind", "something else");
}

FASTXX_INLINE void Unpickler::set_items(Ref to, Refs const& items) {
  if (items.size() % 2 != 0) fail("names with their values", "a name without one");
  auto* const dict = std::get_if<Dict>(&to->value);
  if (!dict && !as<TorchValue::Object>(to)) fail("a dictionary to put something into", "something else");
  for (std::size_t i = 0; dict && i < items.size(); i += 2) dict->items.emplace_back(items[i], items[i + 1]);
}

FASTXX_INLINE bool Unpickler::step_memo(unsigned char code) {
  switch (code) {
    case 'q':
      remember(number<std::uint8_t>());
      return true;
    case 'r':
      remember(number<std::uint32_t>());
      return true;
    case 0x94:
      remember(memo_.size());
      return true;
    case 'h':
      recall(number<std::uint8_t>());
      return true;
    case 'j':
      recall(number<std::uint32_t>());
      return true;
    case '0':
      pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      stack_.push_back(top());
      return true;
    case 0x80: {
      auto const protocol = number<std::uint8_t>();
      if (protocol > 5) fail("a pickle of protocol 5 or older", {std::uint64_t{protocol}});
      return true;
    }
    case 0x95:
      take(8);
      return true;  // the length of a frame, which says nothing new
    default:
      return false;
  }
}

FASTXX_INLINE void Unpickler::step_object(unsigned char code) {
  switch (code) {
    case 'c': {
      std::string module(line());
      push(Global{module + "." + std::string(line())});
      return;
    }
    case 0x93: {
      Ref const name = pop(), module = pop();
      count(text(module).size() + text(name).size());  // both may be asked for again and again
      push(Global{text(module) + "." + text(name)});
      return;
    }
    case 0x92:
      pop();
      [[fallthrough]];  // arguments by name
    case 'R':
    case 0x81:
      return reduce();
    case 'b': {  // what an object shall remember: of an OrderedDict its own notes, of other classes nobody asks
      pop();
      top();
      return;
    }
    case 'Q':
      return persistent();
    default: {
      --at_;
      char hex[8];
      std::snprintf(hex, sizeof hex, "0x%02x", static_cast<unsigned>(code));
      fail("an operation that makes plain data", {"operation ", hex});
    }
  }
}

FASTXX_INLINE std::string const& Unpickler::text(Ref node) const {
  auto const* const found = as<std::string>(node);
  if (!found) fail("a text", "something else");
  return *found;
}

FASTXX_INLINE std::int64_t Unpickler::integer(Ref node) const {
  auto const* const found = as<std::int64_t>(node);
  if (!found) fail("a whole number", "something else");
  return *found;
}

FASTXX_INLINE std::vector<std::int64_t> Unpickler::sizes(Ref node) const {
  auto const* const tuple = as<Tuple>(node);
  auto const* const list = as<List>(node);
  if (!tuple && !list) fail("a tuple of whole numbers", "something else");
  Refs const& items = tuple ? tuple->items : list->items;
  if (items.size() > 64) fail("at most 64 dimensions", {items.size()});
  std::vector<std::int64_t> all;
  for (Ref const item : items) all.push_back(integer(item));
  return all;
}

FASTXX_INLINE void Unpickler::persistent() {
  auto const* const id = as<Tuple>(pop());
  if (!id || id->items.size() < 5 || text(id->items[0]) != "storage") fail("the name of a storage", "something else");
  auto const* const type = as<Global>(id->items[1]);
  if (!type) fail("the type of a storage", "something else");
  auto const dtype = storage_dtype(type->name);
  if (dtype == at::ScalarType::Undefined)
    problem_.fail("storage", "a storage of numbers", {"'", brief(type->name), "'"}, {},
                  "save the tensors dense and as numbers, .float() for instance");
  std::int64_t const numel = integer(id->items[4]);
  if (numel < 0) fail("a number of elements", {numel});
  push(TorchStorage{text(id->items[2]), dtype, static_cast<std::uint64_t>(numel)});
}

FASTXX_INLINE void Unpickler::reduce() {
  Ref const arguments = pop(), callable = pop();
  auto const* const tuple = as<Tuple>(arguments);
  if (!tuple) fail("arguments", "something else");
  if (auto const* const global = as<Global>(callable)) {
    stack_.push_back(call(global->name, tuple->items));
  } else if (as<TorchValue::Object>(callable)) {
    stack_.push_back(callable);
  } else {
    fail("a class to make", "something else");
  }
}

FASTXX_INLINE Unpickler::Ref Unpickler::call(std::string const& name, Refs const& arguments) {
  auto const make = [this](auto value) { return &nodes_.emplace_back(Node{std::move(value)}); };
  auto const need = [&](std::size_t count) {
    if (arguments.size() < count) fail({count, " arguments for ", brief(name)}, {arguments.size()});
  };
  if (name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_tensor") {
    need(4);
    return make(rebuild_tensor(arguments));
  }
  if (name == "torch._utils._rebuild_parameter") {
    need(1);
    return arguments[0];
  }
  if (name == "collections.OrderedDict" || name == "collections.defaultdict" || name == "builtins.dict") {
    Dict dict;
    auto const* const pairs = arguments.empty() ? nullptr : as<List>(arguments[0]);
    if (pairs) count(pairs->items.size());
    for (Ref const pair : pairs ? pairs->items : Refs()) {
      auto const* const items = as<Tuple>(pair);
      auto const* const list = as<List>(pair);
      if (!items && !list) fail("pairs of a name and a value", "something else");
      Refs const& both = items ? items->items : list->items;
      if (both.size() != 2) fail("pairs of a name and a value", {both.size(), " values"});
      dict.items.emplace_back(both[0], both[1]);
    }
    return make(std::move(dict));
  }
  if (name == "torch.Size" || name == "builtins.set" || name == "builtins.frozenset" || name == "__builtin__.set") {
    need(1);
    return arguments[0];
  }
  if (name == "_codecs.encode") {  // how a pickle of protocol 2 writes bytes: letters of Latin-1 as UTF-8
    need(2);
    std::string bytes;
    std::string const& letters = text(arguments[0]);
    count(letters.size());
    for (std::size_t i = 0; i < letters.size(); ++i) {
      auto const c = static_cast<unsigned char>(letters[i]);
      bool const two = (c & 0xfe) == 0xc2 && i + 1 < letters.size();
      bytes += two ? static_cast<char>((c & 3) << 6 | (static_cast<unsigned char>(letters[++i]) & 0x3f)) : letters[i];
    }
    return make(std::move(bytes));
  }
  if (name == "numpy.dtype") {
    need(1);
    std::string const& type = text(arguments[0]);
    std::size_t const bytes = type.size() == 2 ? static_cast<std::size_t>(type[1] - '0') : 0;
    if (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) return make(NumberType{type[0], bytes});
  }
  if (name == "numpy.core.multiarray.scalar" || name == "numpy._core.multiarray.scalar") {
    need(2);
    return &nodes_.emplace_back(numpy_number(arguments));
  }
  return make(TorchValue::Object{name});
}

FASTXX_INLINE Unpickler::Node Unpickler::numpy_number(Refs const& arguments) const {
  auto const* const type = as<NumberType>(arguments[0]);
  auto const* const bytes = as<std::string>(arguments[1]);
  if (!type || !bytes || bytes->size() != type->bytes) fail("a number of numpy's", "something else");
  if (type->kind == 'f' && type->bytes == 8) return {number_at<double>(*bytes, 0)};
  if (type->kind == 'f' && type->bytes == 4) return {double{number_at<float>(*bytes, 0)}};
  if (type->kind == 'b' && type->bytes == 1) return {(*bytes)[0] != 0};
  if (type->kind == 'i' && type->bytes == 8) return {number_at<std::int64_t>(*bytes, 0)};
  if (type->kind == 'i' && type->bytes == 4) return {std::int64_t{number_at<std::int32_t>(*bytes, 0)}};
  return {TorchValue::Object{"numpy.generic"}};
}

FASTXX_INLINE Tensor Unpickler::rebuild_tensor(Refs const& arguments) {
  auto const* const storage = as<TorchStorage>(arguments[0]);
  if (!storage) fail("a storage", "something else");
  std::int64_t const offset = integer(arguments[1]);
  auto const shape = sizes(arguments[2]), strides = sizes(arguments[3]);
  bool good = offset >= 0 && shape.size() == strides.size() && shape.size() <= 64;
  // The last element's place, and the number of elements, which libtorch keeps in 63 bits.
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = offset, numel = 1;
  bool empty = false;
  for (std::size_t i = 0; good && i < shape.size(); ++i) {
    good = shape[i] >= 0 && strides[i] >= 0 && (shape[i] == 0 || numel <= most / shape[i]);
    if (!good) break;
    empty = empty || shape[i] == 0;
    numel *= shape[i];
    std::int64_t step = 0;
    good = shape[i] == 0 ||
           (!__builtin_mul_overflow(shape[i] - 1, strides[i], &step) && !__builtin_add_overflow(last, step, &last));
  }
  if (!good || (!empty && static_cast<std::uint64_t>(last) >= storage->numel) ||
      static_cast<std::uint64_t>(offset) > storage->numel)
    problem_.fail("storage", "a tensor within its storage", {"one behind its ", storage->numel, " elements"},
                  {"storage '", brief(storage->key), "'"});
  return memory_(*storage).as_strided(shape, strides, offset);
}

FASTXX_INLINE void Unpickler::count(std::uint64_t more) {
  counted_ += more;
  if (counted_ > 16 * static_cast<std::uint64_t>(bytes_.size()) + 10000)
    fail("a structure about as large as its file", "one that repeats itself without end");
}

FASTXX_INLINE TorchValue Unpickler::tree(Ref node, int depth) {
  if (depth > 100) fail("containers at most 100 deep", "deeper ones");
  count(1);
  auto const list = [&](Refs const& items) {
    TorchValue::List all;
    for (Ref const item : items) all.push_back(tree(item, depth + 1));
    return TorchValue{std::move(all)};
  };
  if (auto const* x = as<List>(node)) return list(x->items);
  if (auto const* x = as<Tuple>(node)) return list(x->items);
  if (auto const* x = as<Dict>(node)) {
    TorchValue::Dict all;
    for (auto const& [key, value] : x->items) {
      auto name = tree(key, depth + 1);
      all.emplace_back(std::move(name), tree(value, depth + 1));
    }
    return {std::move(all)};
  }
  if (auto const* x = as<std::string>(node)) {
    count(x->size());
    return {*x};
  }
  if (auto const* x = as<Tensor>(node)) return {*x};
  if (auto const* x = as<bool>(node)) return {*x};
  if (auto const* x = as<std::int64_t>(node)) return {*x};
  if (auto const* x = as<double>(node)) return {*x};
  if (auto const* x = as<Global>(node)) return {TorchValue::Object{x->name}};
  if (auto const* x = as<TorchValue::Object>(node)) return {*x};
  if (as<TorchStorage>(node)) return {TorchValue::Object{"torch.Storage"}};
  if (as<NumberType>(node)) return {TorchValue::Object{"numpy.dtype"}};
  return {};
}

}  // namespace fastxx::detail
