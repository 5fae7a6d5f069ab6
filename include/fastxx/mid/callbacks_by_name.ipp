#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/callbacks_by_name.hpp>
#include <fastxx/mid/library_callbacks.ipp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

template <class List>
auto const* find_callback(List const& list, std::string_view name) {
  auto const found = std::find_if(list.begin(), list.end(), [&](auto const& one) { return one.name == name; });
  return found == list.end() ? nullptr : &*found;
}

inline std::string_view without_fastai(std::string_view name) {
  for (auto const& [theirs, ours] : fastai_callbacks)
    if (name == theirs) return ours;
  return name;
}

struct CallbackRegistry {
  std::mutex mutex = {};
  std::map<std::string, CallbackMaker, std::less<>> makers = {};
};

inline CallbackRegistry& callback_registry() {
  static auto* const registry = new CallbackRegistry;  // never destroyed: a static object may ask later
  return *registry;
}

FASTXX_INLINE void add_callback_maker(std::string name, CallbackMaker make) {
  auto& registry = callback_registry();
  bool const ours = find_callback(library_callbacks, without_fastai(name)) || find_callback(unnamed_callbacks, name);
  std::lock_guard const lock(registry.mutex);
  if (name.empty() || ours || registry.makers.contains(name))
    throw state_error("callbacks.registered", {.call = "register_callback",
                                               .expected = "a name that is not taken",
                                               .got = {"'", name, "'"},
                                               .fix = "register each name once, and under a name of its own"});
  registry.makers.emplace(std::move(name), std::move(make));
}

// ---- Names that are near.

// How many letters must be inserted, left out or exchanged; upper case does not count.
inline std::size_t edits_between(std::string_view one, std::string_view other) {
  auto const letters = [](std::string_view name) {
    std::string result;
    for (char const c : name) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
  };
  std::string const a = letters(one), b = letters(other);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t const exchanged = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

inline std::string listed(std::vector<std::string> const& names, std::string_view last = ", ") {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : i + 1 < names.size() ? ", " : last).append(names[i]);
  return text;
}

// The nearest of the names, when a third of the letters or less is wrong; all as near as it.
inline std::vector<std::string> nearest(std::string_view name, std::vector<std::string> const& names) {
  std::size_t least = std::max<std::size_t>(std::min<std::size_t>(name.size(), 64) / 3, 1);
  std::vector<std::string> found;
  if (name.size() > 64) return found;
  for (auto const& one : names) {
    std::size_t const edits = edits_between(name, one);
    if (edits < least) found.clear(), least = edits;
    if (edits == least) found.push_back(one);
  }
  return found;
}

inline std::string did_you_mean(std::string_view name, std::vector<std::string> const& names) {
  auto const near = nearest(name, names);
  return near.empty() ? "" : "write " + listed(near, " or ");
}

// ---- Reading.

struct CallbackText {
  std::string_view json;
  std::string origin;  // a path, or ""

  std::string place(std::size_t byte) const {
    std::string_view const before = json.substr(0, byte);
    auto const line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    std::size_t const column = byte - (line == 1 ? 0 : before.rfind('\n') + 1) + 1;
    return join({origin, origin.empty() ? "line " : ", line ", line, ", column ", column});
  }
  [[noreturn]] void refuse(char const* key, std::size_t at, ErrorText const& expected, ErrorText const& got,
                           ErrorText const& fix = {}) const {
    throw state_error(key,
                      {.call = "callbacks_from", .expected = expected, .got = got, .where = place(at), .fix = fix});
  }
};

FASTXX_INLINE void read_option(JsonReader& from, bool& value) { value = from.boolean(); }
FASTXX_INLINE void read_option(JsonReader& from, double& value) { value = from.floating(); }
FASTXX_INLINE void read_option(JsonReader& from, float& value) {
  double const number = from.floating();
  value = static_cast<float>(number);
  if (value - value != 0) from.fail("a number that a float can hold");
}
FASTXX_INLINE void read_option(JsonReader& from, std::int64_t& value) {
  char const first = from.peek();
  if (first != '-' && (first < '0' || first > '9')) from.fail("a whole number");
  value = from.integer();
}
FASTXX_INLINE void read_option(JsonReader& from, std::string& value) { value = from.text(); }
FASTXX_INLINE void read_option(JsonReader& from, std::filesystem::path& value) {
  std::string const text = from.text();
  if (text.find('\0') != text.npos) from.fail("a path without zero bytes");
  value = text;
}

inline NamedEntry read_entry(JsonReader& json, CallbackText const& text) {
  NamedEntry entry;
  char const first = json.peek();
  entry.at = json.at();
  if (first == '"') {
    entry.name = json.text();
    return entry;
  }
  if (first != '{') json.fail("the name of a callback, or an object with it");
  bool named = false;
  json.open('{');
  while (json.more('}')) {
    json.peek();
    std::size_t const at = json.at();
    std::string key = json.key();
    if (key == "name" ? named : std::ranges::any_of(entry.options, [&](auto const& o) { return o.name == key; }))
      text.refuse("callbacks.twice", at, "each option once", {"'", brief(key), "' a second time"});
    if (key != "name")
      entry.options.push_back({std::move(key), json.skip(), at});
    else
      entry.name = json.text(), named = true;
  }
  if (!named)
    text.refuse("callbacks.name", entry.at, "a \"name\" in the object of a callback", "none",
                R"(write {"name": "GradientClip", "max_norm": 0.1})");
  return entry;
}

inline std::vector<NamedEntry> read_entries(JsonReader& json, CallbackText const& text) {
  std::vector<NamedEntry> entries;
  json.open('[');
  while (json.more(']')) entries.push_back(read_entry(json, text));
  return entries;
}

// The list, or the member "callbacks" of an object.
inline std::vector<NamedEntry> read_entries_of(JsonReader& json, CallbackText const& text) {
  if (json.peek() == '[') return read_entries(json, text);
  if (json.peek() != '{') json.fail("a list of callbacks, or an object that has it under \"callbacks\"");
  std::vector<NamedEntry> entries;
  std::vector<std::string> others;
  bool found = false;
  json.open('{');
  while (json.more('}')) {
    json.peek();
    std::size_t const at = json.at();
    std::string key = json.key();
    if (key != "callbacks") {
      others.push_back(std::move(key)), json.skip();
      continue;
    }
    if (std::exchange(found, true))
      text.refuse("callbacks.twice", at, "the key \"callbacks\" once", "it a second time");
    entries = read_entries(json, text);
  }
  if (!found)
    text.refuse("callbacks.missing", 0, "the key \"callbacks\" with a list",
                others.empty() ? std::string("an empty object") : "the keys " + brief(listed(others)));
  return entries;
}

inline std::vector<NamedEntry> parse_entries(CallbackText const& text) {
  JsonReader json(text.json);
  try {
    auto entries = read_entries_of(json, text);
    json.end();
    return entries;
  } catch (JsonError const& error) {
    std::string_view const rest = text.json.substr(error.byte, 40);
    throw io_error("callbacks.json",
                   {.call = "callbacks_from",
                    .expected = error.what(),
                    .got = rest.empty() ? "the end of the text" : brief(rest.substr(0, rest.find('\n'))),
                    .where = text.place(error.byte)});
  }
}

// ---- Making.

[[noreturn]] inline void refuse_name(std::string_view name) {
  if (auto const* const known = find_callback(unnamed_callbacks, name))
    throw state_error("callbacks.name", {.call = "callbacks_from",
                                         .expected = "a callback whose options are data",
                                         .got = {known->name, ", ", known->why},
                                         .fix = std::string(known->fix)});
  auto names = callback_names();
  std::string const all = listed(names);
  for (auto const& [theirs, ours] : fastai_callbacks) names.emplace_back(theirs);
  std::string const near = did_you_mean(name, names);
  throw state_error("callbacks.name",
                    {.call = "callbacks_from",
                     .expected = near.empty() ? "one of " + all : std::string("the name of a callback"),
                     .got = {"'", brief(name), "'"},
                     .fix = near.empty() ? "give a callback of your own a name with register_callback" : near});
}

inline CallbackMaker find_maker(std::string_view name) {
  if (auto const* const ours = find_callback(library_callbacks, without_fastai(name))) return ours->make;
  auto& registry = callback_registry();
  std::lock_guard const lock(registry.mutex);
  auto const found = registry.makers.find(name);
  return found == registry.makers.end() ? nullptr : found->second;
}

template <class Error>
[[noreturn]] void throw_at(Error const& inner, std::string const& place) {
  ErrorParts parts = inner.parts();
  parts.where = parts.where.empty() ? place : parts.where + ", " + place;
  throw Error(inner.key(), parts);
}

// Whatever is said against an entry is said with its place.
FASTXX_INLINE ErasedCallback make_named(NamedEntry const& entry, CallbackText const& text) {
  CallbackOptions options(entry);
  try {
    CallbackMaker const make = find_maker(entry.name);
    if (!make) refuse_name(entry.name);
    ErasedCallback made = make(options);
    options.refuse_unknown();
    return made;
  } catch (state_error const& e) {
    throw_at(e, text.place(options.at_));
  } catch (io_error const& e) {
    throw_at(e, text.place(options.at_));
  } catch (data_error const& e) {
    throw_at(e, text.place(options.at_));
  } catch (tensor_error const& e) {
    throw_at(e, text.place(options.at_));
  } catch (error const& e) {
    throw_at(e, text.place(options.at_));
  } catch (std::exception const& e) {
    std::throw_with_nested(
        state_error("callbacks.failed", {.call = entry.name, .got = e.what(), .where = text.place(options.at_)}));
  }
}

FASTXX_INLINE void refuse_for_learner(std::string const& callback) {
  throw state_error(
      "callbacks.learner",
      {.call = callback,
       .expected = "a model that gives a tuple of its prediction, its raw outputs and its outputs after dropout",
       .got = "another one",
       .fix = "leave the callback out, or specialise fastxx::recurrent_outputs_of for what the model gives"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE detail::NamedEntry::Option const* CallbackOptions::find(char const* name) {
  if (std::ranges::find(known_, name) == known_.end()) known_.emplace_back(name);
  for (auto const& option : entry_.options)
    if (option.name == name) return &option;
  return nullptr;
}

FASTXX_INLINE bool CallbackOptions::read(char const* name, void (*take)(JsonReader& from, void* to), void* to) {
  auto const* const option = find(name);
  if (!option) return false;
  JsonReader from(option->written);
  try {
    take(from, to);
    from.end();
  } catch (detail::JsonError const& error) {
    refuse_value(*option, error.what());
  }
  return true;
}

FASTXX_INLINE bool CallbackOptions::read_word(char const* name, std::vector<std::string> const& words,
                                              std::size_t& place) {
  std::string word;
  if (!(*this)(name, word)) return false;
  place = static_cast<std::size_t>(std::ranges::find(words, word) - words.begin());
  if (place == words.size()) refuse_value(*find(name), detail::listed(words, " or "));
  return true;
}

FASTXX_INLINE void CallbackOptions::refuse_value(detail::NamedEntry::Option const& option,
                                                 std::string const& expected) {
  at_ = option.at;
  throw state_error("callbacks.value", {.call = entry_.name,
                                        .expected = {expected, " for the option '", option.name, "'"},
                                        .got = detail::brief(option.written)});
}

FASTXX_INLINE void CallbackOptions::refuse_missing(char const* name) const {
  std::vector<std::string> given;
  for (auto const& option : entry_.options) given.push_back(option.name);
  throw state_error("callbacks.missing",
                    {.call = entry_.name,
                     .expected = {"the option '", name, "'"},
                     .got = given.empty() ? std::string("none") : detail::brief(detail::listed(given)),
                     .fix = {"write {\"name\": \"", detail::brief(entry_.name), "\", \"", name, "\": ...}"}});
}

FASTXX_INLINE void CallbackOptions::refuse_unknown() {
  for (auto const& option : entry_.options) {
    if (std::ranges::find(known_, option.name) != known_.end()) continue;
    at_ = option.at;
    throw state_error("callbacks.option",
                      {.call = entry_.name,
                       .expected = known_.empty() ? std::string("no options") : "one of " + detail::listed(known_),
                       .got = {"'", detail::brief(option.name), "'"},
                       .fix = detail::did_you_mean(option.name, known_)});
  }
}

FASTXX_INLINE std::vector<std::string> AnyCallbacks::names() const {
  std::vector<std::string> names;
  for (auto const& one : list_) names.push_back(one.name());
  return names;
}

FASTXX_INLINE AnyCallbacks AnyCallbacks::from(detail::CallbackText const& text) {
  AnyCallbacks all;
  for (auto const& entry : detail::parse_entries(text)) all.list_.push_back(detail::make_named(entry, text));
  return all;
}

FASTXX_INLINE Part<CallbacksPart, hana::tuple<AnyCallbacks>> callbacks_from(std::filesystem::path const& path) {
  std::string const json = read_file(path);
  return callbacks(AnyCallbacks::from({json, path.string()}));
}

FASTXX_INLINE Part<CallbacksPart, hana::tuple<AnyCallbacks>> callbacks_from_json(std::string_view json) {
  return callbacks(AnyCallbacks::from({json, ""}));
}

FASTXX_INLINE std::vector<std::string> callback_names() {
  std::vector<std::string> names;
  for (auto const& one : detail::library_callbacks) names.emplace_back(one.name);
  auto& registry = detail::callback_registry();
  std::lock_guard const lock(registry.mutex);
  for (auto const& one : registry.makers) names.push_back(one.first);
  std::ranges::sort(names);
  return names;
}

}  // namespace fastxx
