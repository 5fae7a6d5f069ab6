#pragma once

#include <fastxx/low/io/detail/pickle.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
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
  while (true) {
    if (at_ > most_pickle_bytes) fail({"a pickle of at most ", most_pickle_bytes, " bytes"}, "a longer one");
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
  if (code == 'N')
    push(std::monostate());
  else if (code == 0x88 || code == 0x89)
    push(code == 0x88);
  else if (code == 'J')
    push(std::int64_t{number<std::int32_t>()});
  else if (code == 'K')
    push(std::int64_t{number<std::uint8_t>()});
  else if (code == 'M')
    push(std::int64_t{number<std::uint16_t>()});
  else if (code == 0x8a)
    whole_number(take(number<std::uint8_t>()));
  else if (code == 'G')
    big_endian_double();
  else
    return false;
  return true;
}

FASTXX_INLINE bool Unpickler::step_text(unsigned char code) {
  std::uint64_t size = 0;
  if (code == 'X' || code == 'T' || code == 'B')
    size = number<std::uint32_t>();
  else if (code == 0x8c || code == 'U' || code == 'C')
    size = number<std::uint8_t>();
  else if (code == 0x8d || code == 0x8e)
    size = number<std::uint64_t>();
  else
    return false;
  push(std::string(take(size)));
  return true;
}

FASTXX_INLINE void Unpickler::push_tuple(std::size_t count) {
  Refs items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  push(Tuple{std::move(items)});
}

FASTXX_INLINE bool Unpickler::step_container(unsigned char code) {
  if (code == '(')
    marks_.push_back(stack_.size());
  else if (code == ']' || code == 0x8f)
    push(List{});
  else if (code == '}')
    push(Dict{});
  else if (code == ')')
    push(Tuple{});
  else if (code >= 0x85 && code <= 0x87)
    push_tuple(code - 0x84u);
  else if (code == 't' || code == 0x91)
    push(Tuple{pop_to_mark()});
  else
    return step_filling(code);
  return true;
}

FASTXX_INLINE bool Unpickler::step_filling(unsigned char code) {
  bool const one = code == 'a' || code == 's', many = code == 'e' || code == 0x90 || code == 'u';
  if (!one && !many) return false;
  bool const named = code == 's' || code == 'u';
  Refs items;
  if (many) {
    items = pop_to_mark();
  } else {
    items.assign(named ? 2 : 1, nullptr);
    for (std::size_t i = items.size(); i-- > 0;) items[i] = pop();
  }
  if (named)
    set_items(top(), items);
  else
    append(top(), items);
  return true;
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
  if (code == 'q')
    remember(number<std::uint8_t>());
  else if (code == 'r')
    remember(number<std::uint32_t>());
  else if (code == 0x94)
    remember(memo_.size());
  else if (code == 'h')
    recall(number<std::uint8_t>());
  else if (code == 'j')
    recall(number<std::uint32_t>());
  else if (code == '0')
    pop();
  else if (code == '1')
    pop_to_mark();
  else if (code == '2')
    stack_.push_back(top());
  else if (code == 0x95)
    take(8);  // the length of a frame, which says nothing new
  else
    return step_protocol(code);
  return true;
}

FASTXX_INLINE bool Unpickler::step_protocol(unsigned char code) {
  if (code != 0x80) return false;
  auto const protocol = number<std::uint8_t>();
  if (protocol > 5) fail("a pickle of protocol 5 or older", {std::uint64_t{protocol}});
  return true;
}

FASTXX_INLINE void Unpickler::step_object(unsigned char code) {
  if (code == 'c') {
    std::string const module(line());
    return push(Global{module + "." + std::string(line())});
  }
  if (code == 0x93) {
    Ref const name = pop(), module = pop();
    count(text(module).size() + text(name).size());  // both may be asked for again and again
    return push(Global{text(module) + "." + text(name)});
  }
  if (code == 'b') {  // what an object shall remember: of an OrderedDict its own notes, of other classes nobody asks
    pop();
    top();
    return;
  }
  if (code == 'Q') return persistent();
  if (code == 0x92) pop();  // arguments by name
  if (code == 'R' || code == 0x81 || code == 0x92) return reduce();
  --at_;
  char hex[8];
  std::snprintf(hex, sizeof hex, "0x%02x", static_cast<unsigned>(code));
  fail("an operation that makes plain data", {"operation ", hex});
}

}  // namespace fastxx::detail
