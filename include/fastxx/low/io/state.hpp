#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/json.hpp>
#include <fastxx/low/io/safetensors.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

// What the types of values have, rather than their names, so that no container needs to be included here.
template <class T>
concept OptionalState = requires(T value) {
  value.has_value(), value.reset(), *value;
};
template <class T>
concept MapState = requires {
  typename T::mapped_type;
};
template <class T>
concept NamedState = MapState<T> && std::is_base_of_v<std::string, typename T::key_type>;
template <class T>
concept TupleState = requires {
  std::tuple_size<T>::value;
};
template <class T>
concept ArrayState = TupleState<T> && requires(T value) {
  value.begin();
};
template <class T>
concept ListState = requires(T value, typename T::value_type element) {
  value.insert(value.end(), element);
  value.size();
};

template <class List>
struct list_element {
  using type = typename List::value_type;
};
template <MapState Map>
struct list_element<Map> {
  using type = std::pair<typename Map::key_type, typename Map::mapped_type>;  // its own has a key that is const
};

template <class T>
void no_json_form() {
  static_assert(sizeof(T) == 0,
                "fastxx: archive(name, value): 'value' must be a tensor, have serialize(archive), or be made of bool, "
                "numbers, std::string, containers, pairs, tuples and optionals; give its type a serialize(archive)");
}

// JSON has no NaN and no infinity: they stand as {"number": "nan"}.
void write_floating(JsonWriter& to, double value);
double read_floating(JsonReader& from);

template <class T>
void write_value(JsonWriter& to, T const& value) {
  if constexpr (std::is_same_v<T, bool>) {
    to.json += value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    write_value(to, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    to.integer(value);
  } else if constexpr (std::is_integral_v<T>) {
    to.natural(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    write_floating(to, static_cast<double>(value));
  } else if constexpr (std::is_base_of_v<std::string, T>) {
    to.text(value);
  } else if constexpr (OptionalState<T>) {
    static_assert(!OptionalState<typename T::value_type>, "fastxx: an optional in an optional has no form in JSON");
    value.has_value() ? write_value(to, *value) : void(to.json += "null");
  } else if constexpr (NamedState<T>) {
    to.json += '{';
    for (auto const& [key, mapped] : value) {
      to.text(key);
      to.json += ':';
      write_value(to, mapped);
      to.json += ',';
    }
    to.close('}');
  } else if constexpr (ArrayState<T> || ListState<T>) {
    to.json += '[';
    for (typename T::value_type const& element : value) {
      write_value(to, element);
      to.json += ',';
    }
    to.close(']');
  } else if constexpr (TupleState<T>) {
    to.json += '[';
    std::apply([&](auto const&... part) { ((write_value(to, part), to.json += ','), ...); }, value);
    to.close(']');
  } else {
    no_json_form<T>();
  }
}

template <class T>
T read_value(JsonReader& from);

template <class T>
T read_number(JsonReader& from) {
  auto const wide = [&] {
    if constexpr (std::is_floating_point_v<T>)
      return read_floating(from);
    else if constexpr (std::is_signed_v<T>)
      return static_cast<std::int64_t>(from.integer());
    else
      return static_cast<std::uint64_t>(from.natural());
  }();
  if constexpr (std::is_floating_point_v<T> && sizeof(T) < sizeof(wide)) {
    // Otherwise the conversion would be undefined.
    if (std::isfinite(wide) && std::abs(wide) > std::numeric_limits<T>::max()) from.fail("a number that fits");
  }
  T const value = static_cast<T>(wide);
  if (static_cast<decltype(wide)>(value) != wide && wide == wide) from.fail("a number that fits");  // no NaN is itself
  return value;
}

template <class Map>
Map read_map(JsonReader& from) {
  Map map;
  std::size_t size = 0;
  from.open('{');
  for (; from.more('}'); ++size) {
    typename Map::key_type key;
    static_cast<std::string&>(key) = from.key();
    map.emplace(std::move(key), read_value<typename Map::mapped_type>(from));
  }
  if (map.size() != size) from.fail("each key once");
  return map;
}

template <class List>
List read_list(JsonReader& from) {
  List list;
  std::size_t size = 0;
  from.open('[');
  for (; from.more(']'); ++size) list.insert(list.end(), read_value<typename list_element<List>::type>(from));
  if (list.size() != size) from.fail("each key once");
  return list;
}

template <class Tuple>
Tuple read_tuple(JsonReader& from) {
  Tuple tuple{};
  auto const read = [&]<class Part>(Part& part) {
    from.next_element();
    part = read_value<Part>(from);
  };
  from.open('[');
  std::apply([&](auto&... part) { (read(part), ...); }, tuple);
  from.close(']');
  return tuple;
}

template <class T>
T read_value(JsonReader& from) {
  if constexpr (std::is_same_v<T, bool>) {
    return from.boolean();
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(read_value<std::underlying_type_t<T>>(from));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return read_number<T>(from);
  } else if constexpr (std::is_base_of_v<std::string, T>) {
    T text;
    static_cast<std::string&>(text) = from.text();
    return text;
  } else if constexpr (OptionalState<T>) {
    return from.word("null") ? T() : T(read_value<typename T::value_type>(from));
  } else if constexpr (NamedState<T>) {
    return read_map<T>(from);
  } else if constexpr (ArrayState<T>) {
    T array{};
    from.open('[');
    for (auto& element : array) {
      from.next_element();
      element = read_value<typename T::value_type>(from);
    }
    from.close(']');
    return array;
  } else if constexpr (ListState<T>) {
    return read_list<T>(from);
  } else if constexpr (TupleState<T>) {
    return read_tuple<T>(from);
  } else {
    no_json_form<T>();
  }
}

}  // namespace detail

/// Collects the state of objects that have `void serialize(auto& archive) { archive("name", member); }`: tensors as
/// tensors, members that have a serialize() of their own part by part (a tensor's metadata too), everything else as JSON
/// in the metadata. One function serves saving and loading.
///
/// As JSON: bool, numbers, enumerations, std::string, and containers (vectors, arrays, maps, sets), pairs, tuples and
///          optionals of them; not what has a serialize() inside a container: give that container's owner one
/// Errors:  data_error [state.text] for a text that is not UTF-8, [state.twice] for a second member of one name (those of
///          a base class count); a static_assert for a member of any other type
/// Source:  own design (features L-17)
/// Example: examples/doc/serialize.cpp
class StateWriter {
 public:
  StateWriter(SafeTensors& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  /// A writer for a part of the object, whose names do not meet those of other parts.
  StateWriter nested(std::string const& name) const { return StateWriter(file_, prefix_ + name + "."); }

  template <class T>
  void operator()(std::string const& name, T const& value) {
    std::string const key = prefix_ + name;
    if (file_.tensors.contains(key) || file_.metadata.contains(key)) refuse_second(key);
    if constexpr (std::is_base_of_v<Tensor, T>) {
      if (value.defined())
        file_.tensors[key] = value.detach().cpu().contiguous();
      else
        file_.metadata[key] = "undefined";  // so that a tensor that is missing can be told from one that is not set
    }
    StateWriter inner = nested(name);
    if constexpr (requires(T copy) { copy.serialize(inner); }) {
      T copy = value;  // one serialize() serves saving and loading, so it cannot be const
      copy.serialize(inner);
    } else if constexpr (!std::is_base_of_v<Tensor, T>) {
      detail::JsonWriter json;
      detail::write_value(json, value);
      if (!json.valid) refuse_text(key);
      file_.metadata[key] = std::move(json.json);
    }
  }

 private:
  [[noreturn, gnu::cold]] static void refuse_text(std::string const& key);
  [[noreturn, gnu::cold]] static void refuse_second(std::string const& key);

  SafeTensors& file_;
  std::string prefix_;
};

/// Gives objects the state a StateWriter collected.
///
/// Errors:  io_error [state.missing] for a value the file does not have, [state.value] for one of another type or range
/// Source:  own design (features L-17)
/// Example: examples/doc/serialize.cpp
class StateReader {
 public:
  StateReader(SafeTensors const& file, std::string prefix, std::string path);

  /// A reader for a part of the object, which was saved under this name.
  StateReader nested(std::string const& name) const { return StateReader(file_, prefix_ + name + ".", path_); }

  template <class T>
  void operator()(std::string const& name, T& value) {
    if constexpr (std::is_base_of_v<Tensor, T>) value = tensor<T>(prefix_ + name);
    StateReader inner = nested(name);
    if constexpr (requires { value.serialize(inner); })
      value.serialize(inner);
    else if constexpr (!std::is_base_of_v<Tensor, T>)
      value = plain<T>(prefix_ + name);
  }

 private:
  template <class T>
  T tensor(std::string const& key) const {
    auto const found = file_.tensors.find(key);
    if (found != file_.tensors.end()) return T(found->second);
    auto const text = file_.metadata.find(key);
    if (text == file_.metadata.end()) refuse("state.missing", key, "nothing");
    if (text->second != "undefined") refuse("state.value", key, "a value that is no tensor");
    return T();
  }
  template <class T>
  T plain(std::string const& key) const {
    auto const found = file_.metadata.find(key);
    if (found == file_.metadata.end()) refuse("state.missing", key, "nothing");
    try {
      detail::JsonReader json(found->second);
      T value = detail::read_value<T>(json);
      json.end();
      return value;
    } catch (detail::JsonError const&) {
      refuse("state.value", key, "a value of another type or range");
    }
  }

  [[noreturn]] void refuse(char const* error_key, std::string const& name, std::string const& got) const;

  SafeTensors const& file_;
  std::string prefix_;
  std::string path_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/state.ipp>
#endif
