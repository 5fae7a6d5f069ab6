#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/io/json.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/mid/callbacks/channels_last.hpp>
#include <fastxx/mid/callbacks/collect.hpp>
#include <fastxx/mid/callbacks/mix.hpp>
#include <fastxx/mid/callbacks/mixed_precision.hpp>
#include <fastxx/mid/callbacks/rnn.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/state.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// Reads a value of JSON into the member it is for.
void read_option(JsonReader& from, bool& value);
void read_option(JsonReader& from, double& value);
void read_option(JsonReader& from, float& value);
void read_option(JsonReader& from, std::int64_t& value);
void read_option(JsonReader& from, std::string& value);
void read_option(JsonReader& from, std::filesystem::path& value);
template <class Number>
requires(std::integral<Number> && sizeof(Number) > 1) void read_option(JsonReader& from, Number& value) {
  if constexpr (std::is_same_v<Number, std::uint64_t>) {
    if (from.peek() == '-') from.fail("a whole number from 0");
    value = from.natural();
  } else {
    std::int64_t whole = 0;
    read_option(from, whole);
    if (!std::in_range<Number>(whole)) from.fail("a whole number that its type can hold");
    value = static_cast<Number>(whole);
  }
}
template <class T>
void read_option(JsonReader& from, std::optional<T>& value) {
  if (from.word("null"))
    value.reset();
  else
    read_option(from, value.emplace());
}
template <class T>
void read_option(JsonReader& from, std::vector<T>& value) {
  value.clear();
  from.open('[');
  while (from.more(']')) {
    T element{};
    read_option(from, element);
    value.push_back(std::move(element));
  }
}

template <class T>
concept ReadableOption = requires(JsonReader& from, T& value) {
  read_option(from, value);
};

struct CallbackText;
struct ErasedCallback;

// An entry of the list: a name, and options as they are written.
struct NamedEntry {
  struct Option {
    std::string name;
    std::string_view written;
    std::size_t at;
  };
  std::string name = {};
  std::size_t at = 0;  // in bytes, as the others
  std::vector<Option> options = {};
};

ErasedCallback make_named(NamedEntry const& entry, CallbackText const& text);

}  // namespace detail

/// The options that a file gives a callback, as the function of register_callback reads them:
/// `read("loss", stop.loss)`. What nobody has asked for is an option that the callback does not have.
///
/// Errors:  state_error [callbacks.value] for a value of another type, [callbacks.missing]
/// Source:  own design
/// Example: examples/doc/callbacks_by_name.cpp
class CallbackOptions {
 public:
  explicit CallbackOptions(detail::NamedEntry const& entry) : entry_(entry), at_(entry.at) {}
  CallbackOptions(CallbackOptions const&) = delete;
  CallbackOptions& operator=(CallbackOptions const&) = delete;

  /// Take the value for an option; without one it stays as it is. A bool, a number, a text, a path, a std::optional
  /// (null empties it) or a std::vector of these. Whether the option was given.
  template <class T>
  bool operator()(char const* name, T& value) {
    constexpr bool readable = detail::ReadableOption<T>;
    static_assert(
        readable,
        "fastxx::CallbackOptions: an option is a bool, a number, a std::string, a path, or a std::optional or "
        "std::vector of these; one value out of several is read.choice(name, value, {{\"fp16\", fp16}, ...})");
    if constexpr (readable)
      return read(
          name, [](JsonReader& from, void* to) { detail::read_option(from, *static_cast<T*>(to)); }, &value);
    return false;
  }

  /// The same for an option without which there is no callback.
  template <class T>
  T required(char const* name) {
    T value{};
    if (!(*this)(name, value)) refuse_missing(name);
    return value;
  }

  /// The same for an enumeration: each value has a word.
  template <class Enum>
  bool choice(char const* name, Enum& value, std::initializer_list<std::pair<char const*, Enum>> choices) {
    std::vector<std::string> words;
    for (auto const& one : choices) words.emplace_back(one.first);
    std::size_t place = 0;
    bool const given = read_word(name, words, place);
    if (given) value = (choices.begin() + place)->second;
    return given;
  }

 private:
  friend detail::ErasedCallback detail::make_named(detail::NamedEntry const& entry, detail::CallbackText const& text);
  using JsonReader = detail::JsonReader;

  bool read(char const* name, void (*take)(JsonReader& from, void* to), void* to);
  bool read_word(char const* name, std::vector<std::string> const& words, std::size_t& place);
  detail::NamedEntry::Option const* find(char const* name);
  [[noreturn]] void refuse_value(detail::NamedEntry::Option const& option, std::string const& expected);
  [[noreturn]] void refuse_missing(char const* name) const;
  void refuse_unknown();

  detail::NamedEntry const& entry_;
  std::size_t at_;  // what an error is about
  std::vector<std::string> known_ = {};
};

namespace detail {

// A callback whose type is forgotten, to be copied for each Learner and each fit that gets it.
struct ErasedCallback {
  void const* key = nullptr;  // identifies the callback's type
  std::shared_ptr<void const> object = {};
  CallbackEntry (*entry)(void const* object) = nullptr;  // none when an event must know the Learner's type
  std::string (*name)() = nullptr;
};

template <class Callback, class Learner>
CallbackEntry entry_of_copy(void const* object) {
  return make_callback_entry<Callback, Learner>(std::make_shared<Callback>(*static_cast<Callback const*>(object)));
}

// Those of the library's that read what only the Learner's own type has.
template <class... Callbacks>
struct CallbackTypes {};
using LearnerCallbacks = CallbackTypes<MixUp, CutMix, ChannelsLast, MixedPrecision, FetchPreds<>, RNNCallback>;

template <class Callback, class... Known>
constexpr bool is_callback_of(CallbackTypes<Known...>) {
  return (std::is_same_v<Callback, Known> || ...);
}

// Whether all events are members that take the TrainState.
template <class Callback>
constexpr bool takes_state_alone() {
  return []<std::size_t... E>(std::index_sequence<E...>) {
    return ((EventMember<static_cast<Event>(E)>::template takes_state<Callback> ||
             !EventMember<static_cast<Event>(E)>::template defined<Callback, TrainState>)&&...);
  }
  (std::make_index_sequence<n_events>{});
}

template <class Callback>
ErasedCallback erase_callback(Callback callback) {
  constexpr bool of_learner = is_callback_of<Callback>(LearnerCallbacks{}), of_state = takes_state_alone<Callback>();
  constexpr bool copies = std::is_copy_constructible_v<Callback>;
  static_assert(copies, "fastxx: a callback that is chosen at run time is copied for each fit, and this one cannot be");
  static_assert(of_learner || of_state,
                "fastxx: a callback that is chosen at run time is made before the Learner's type is known: write its "
                "events with TrainState&, void after_batch(TrainState& learn), not with auto&");
  ErasedCallback erased{callback_key<Callback>(), std::make_shared<Callback const>(std::move(callback)), nullptr,
                        &type_name<Callback>};
  if constexpr (!of_learner && of_state && copies) erased.entry = &entry_of_copy<Callback, TrainState>;
  return erased;
}

using CallbackMaker = std::function<ErasedCallback(CallbackOptions&)>;
void add_callback_maker(std::string name, CallbackMaker make);

[[noreturn]] void refuse_for_learner(std::string const& callback);

// Whether a callback can be compiled for a Learner at all.
template <class Callback, class Learner>
constexpr bool fits_learner_of() {
  if constexpr (std::is_same_v<Callback, RNNCallback>)
    return has_recurrent_outputs<std::decay_t<decltype(std::declval<Learner&>().output)>>();
  else
    return true;
}

template <class Callback, class Learner>
bool append_for_learner(std::vector<CallbackEntry>& all, ErasedCallback const& erased) {
  if (erased.key != callback_key<Callback>()) return false;
  if constexpr (fits_learner_of<Callback, Learner>())
    all.push_back(entry_of_copy<Callback, Learner>(erased.object.get()));
  else
    refuse_for_learner(erased.name());
  return true;
}
template <class Learner, class... Known>
void append_for_learner(std::vector<CallbackEntry>& all, ErasedCallback const& erased, CallbackTypes<Known...>) {
  static_cast<void>((append_for_learner<Known, Learner>(all, erased) || ...));
}

}  // namespace detail

/// Callbacks of which the program learns only when it runs which they are; it stands among others in callbacks(...):
/// `AnyCallbacks chosen; if (careful) chosen.add(GradientClip(.1)); learn.fit(1, callbacks(MixUp(), chosen));`
///
/// Each Learner and each call of fit gets copies, as of callbacks that are written out. A callback of one's own takes
/// TrainState& at its events; of the library's all can be added.
/// Errors:  state_error [callbacks.learner] where a Learner gets an RNNCallback and its model gives no tuple of three
/// Source:  own design
/// Example: examples/doc/callbacks_by_name.cpp
class AnyCallbacks {
 public:
  template <class Callback>
  AnyCallbacks& add(Callback callback) {
    list_.push_back(detail::erase_callback(std::move(callback)));
    return *this;
  }

  /// The names of their types, in their order.
  std::vector<std::string> names() const;

  template <class Learner>
  std::vector<detail::CallbackEntry> entries_for() const {
    std::vector<detail::CallbackEntry> all;
    for (auto const& one : list_)
      if (one.entry)
        all.push_back(one.entry(one.object.get()));
      else
        detail::append_for_learner<Learner>(all, one, detail::LearnerCallbacks{});
    return all;
  }

  // What a text in JSON says.
  static AnyCallbacks from(detail::CallbackText const& text);

 private:
  std::vector<detail::ErasedCallback> list_;
};

/// The callbacks that a file names, with their options, in the place of callbacks(...) or inside of it:
/// `learn.fit(3, callbacks_from("run.json"))`, `callbacks(MixUp(), callbacks_from("run.json"))`, and in the file
/// `{"callbacks": [{"name": "GradientClip", "max_norm": 0.1}, "MCDropout", {"name": "EarlyStopping", "patience": 3}]}`.
///
/// JSON: the list, or an object with it under "callbacks", whose other members are left alone. A callback is its name, or
/// an object with the name and options; what is left out has the default that it has in C++, and all of it is as if it
/// were written there. Names are those of the classes, or fastai's (`SaveModelCallback`), or your own: register_callback.
/// Options are called as in C++, in one object: `"monitor"` stands beside `"patience"`. What needs a function or a
/// module, HookCallback and ParamScheduler, has no name. For results, give the callbacks to the Learner and ask
/// learn.get_cb<CollectData>().
/// Errors:  state_error [callbacks.name] with the names that are near, [callbacks.option] with those that there are,
///          [callbacks.value], [callbacks.missing], [callbacks.twice], and what a callback says against its options,
///          each with file, line and column; [callbacks.failed] for what is no error of the library's; io_error
///          [callbacks.json], [file.read]
/// Source:  own design
/// Example: examples/doc/callbacks_by_name.cpp
Part<CallbacksPart, hana::tuple<AnyCallbacks>> callbacks_from(std::filesystem::path const& path);

/// The same from JSON that is in memory: `callbacks_from_json(R"(["MixUp", {"name": "GradientClip", "max_norm": 1}])")`.
///
/// Errors:  those of callbacks_from, without a file
/// Source:  own design
/// Example: examples/doc/callbacks_by_name.cpp
Part<CallbacksPart, hana::tuple<AnyCallbacks>> callbacks_from_json(std::string_view json);

/// Give a callback of one's own a name for callbacks_from:
/// `register_callback("StopAt", [](CallbackOptions& read) { StopAt stop; read("loss", stop.loss); return stop; })`.
///
/// The function is called for each entry with that name, from whichever thread reads the file. Registered for as long as
/// the program runs. No option can be called "name".
/// Errors:  state_error [callbacks.registered] for a name that is taken, by fastxx or fastai too, or is empty
/// Source:  own design
/// Example: examples/doc/callbacks_by_name.cpp
template <class Make>
void register_callback(std::string name, Make make) {
  constexpr bool callable = std::is_invocable_v<Make const&, CallbackOptions&>;
  static_assert(callable,
                "fastxx::register_callback(name, make): make must be callable as make(CallbackOptions& read), and give "
                "the callback");
  if constexpr (callable) {
    constexpr bool gives = !std::is_void_v<std::invoke_result_t<Make const&, CallbackOptions&>>;
    static_assert(gives, "fastxx::register_callback(name, make): make must return the callback that it makes");
    if constexpr (gives)
      detail::add_callback_maker(std::move(name), [make = std::move(make)](CallbackOptions& read) {
        return detail::erase_callback(make(read));
      });
  }
}

/// All names that callbacks_from knows, in alphabetical order, without fastai's.
///
/// Source:  own design
/// Example: examples/doc/callbacks_by_name.cpp
std::vector<std::string> callback_names();

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks_by_name.ipp>
#endif
