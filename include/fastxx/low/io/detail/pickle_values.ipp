#pragma once

#include <fastxx/low/io/detail/pickle.hpp>

#include <limits>
#include <string>
#include <utility>

// What a pickle's operations make: numbers, tensors, and the tree that comes out.
namespace fastxx::detail {

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
  count(text(id->items[2]).size());
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
  auto const need = [&](std::size_t wanted) {
    if (arguments.size() < wanted) fail({wanted, " arguments for ", brief(name)}, {arguments.size()});
  };
  bool const tensor = name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_tensor";
  bool const same = name == "torch._utils._rebuild_parameter" || name == "torch.Size" || name == "builtins.set" ||
                    name == "builtins.frozenset" || name == "__builtin__.set";
  bool const bytes = name == "_codecs.encode", type = name == "numpy.dtype";
  bool const scalar = name == "numpy.core.multiarray.scalar" || name == "numpy._core.multiarray.scalar";
  need(tensor ? 4 : same || type ? 1 : bytes || scalar ? 2 : 0);
  if (tensor) return make(rebuild_tensor(arguments));
  if (same) return arguments[0];
  if (name == "collections.OrderedDict" || name == "collections.defaultdict") return make(dict_of_pairs(arguments));
  if (bytes) return make(latin_bytes(text(arguments[0])));
  if (scalar) return &nodes_.emplace_back(numpy_number(arguments));
  if (type) {
    std::string const& code = text(arguments[0]);
    std::size_t const width = code.size() == 2 ? static_cast<std::size_t>(code[1] - '0') : 0;
    if (width == 1 || width == 2 || width == 4 || width == 8) return make(NumberType{code[0], width});
  }
  count(name.size());
  return make(TorchValue::Object{name});
}

FASTXX_INLINE Unpickler::Dict Unpickler::dict_of_pairs(Refs const& arguments) {
  Dict dict;
  auto const* const pairs = arguments.empty() ? nullptr : as<List>(arguments[0]);
  if (!pairs) return dict;
  count(pairs->items.size());
  for (Ref const pair : pairs->items) {
    auto const* const tuple = as<Tuple>(pair);
    auto const* const list = as<List>(pair);
    if (!tuple && !list) fail("pairs of a name and a value", "something else");
    Refs const& both = tuple ? tuple->items : list->items;
    if (both.size() != 2) fail("pairs of a name and a value", {both.size(), " values"});
    dict.items.emplace_back(both[0], both[1]);
  }
  return dict;
}

// How a pickle of protocol 2 writes bytes: letters of Latin-1 as UTF-8.
FASTXX_INLINE std::string Unpickler::latin_bytes(std::string const& letters) {
  count(letters.size());
  std::string bytes;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    auto const c = static_cast<unsigned char>(letters[i]);
    bool const two = (c & 0xfe) == 0xc2 && i + 1 < letters.size();
    bytes += two ? static_cast<char>((c & 3) << 6 | (static_cast<unsigned char>(letters[++i]) & 0x3f)) : letters[i];
  }
  return bytes;
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
  count(16);  // a tensor's own memory
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
  if (counted_ > 4 * static_cast<std::uint64_t>(bytes_.size()) + 10000)
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
  if (auto const* x = as<Global>(node)) {
    count(x->name.size());
    return {TorchValue::Object{x->name}};
  }
  if (auto const* x = as<TorchValue::Object>(node)) {
    count(x->name.size());
    return {*x};
  }
  if (as<TorchStorage>(node)) return {TorchValue::Object{"torch.Storage"}};
  if (as<NumberType>(node)) return {TorchValue::Object{"numpy.dtype"}};
  return {};
}

}  // namespace fastxx::detail
