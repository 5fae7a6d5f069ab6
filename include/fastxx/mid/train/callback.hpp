#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/mid/train/events.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

class TrainState;
// low/io/state.hpp
class StateWriter;
class StateReader;

namespace detail {
bool is_training(TrainState const& state);  // state.hpp
class StateCopy;
}  // namespace detail

/// The name of the part that callbacks(...) makes.
struct CallbacksPart {};

/// Callbacks for a Learner or for one call of fit: `callbacks(MixUp{}, SaveModel{})`. What callbacks(...), rnn_cbs or
/// callbacks_from give may stand among them.
///
/// A callback that remembers something names it in `void serialize(auto& archive) { archive("name", member); }`: then
/// checkpoints keep it, and evaluation inside an event and lr_find put it back.
template <class... Callbacks>
constexpr auto callbacks(Callbacks... list) {
  return Part<CallbacksPart, hana::tuple<Callbacks...>>{hana::tuple<Callbacks...>(std::move(list)...)};
}

namespace detail {

// Whether a callback has a member for the event and how to call it: the one place where event names become code.
template <Event E>
struct EventMember;
#define FASTXX_EVENT(name)                                               \
  template <>                                                            \
  struct EventMember<Event::name> {                                      \
    template <class Callback, class Learner>                             \
    static constexpr bool defined = requires(Callback & c, Learner& l) { \
      c.name(l);                                                         \
    };                                                                   \
    /* no template and not overloaded: its address can be taken */       \
    template <class Callback>                                            \
    static constexpr bool takes_state = requires(TrainState & s) {       \
      typename std::void_t<decltype(&Callback::name)>;                   \
      std::declval<Callback&>().name(s);                                 \
    };                                                                   \
    template <class Callback, class Learner>                             \
    static void call(Callback& callback, Learner& learner) {             \
      callback.name(learner);                                            \
    }                                                                    \
  };
FASTXX_EVENT(after_create)
FASTXX_EVENT(before_fit)
FASTXX_EVENT(before_epoch)
FASTXX_EVENT(before_train)
FASTXX_EVENT(before_batch)
FASTXX_EVENT(after_pred)
FASTXX_EVENT(after_loss)
FASTXX_EVENT(before_backward)
FASTXX_EVENT(after_cancel_backward)
FASTXX_EVENT(after_backward)
FASTXX_EVENT(before_step)
FASTXX_EVENT(after_cancel_step)
FASTXX_EVENT(after_step)
FASTXX_EVENT(after_cancel_batch)
FASTXX_EVENT(after_batch)
FASTXX_EVENT(after_cancel_train)
FASTXX_EVENT(after_train)
FASTXX_EVENT(before_validate)
FASTXX_EVENT(after_cancel_validate)
FASTXX_EVENT(after_validate)
FASTXX_EVENT(after_cancel_epoch)
FASTXX_EVENT(after_epoch)
FASTXX_EVENT(after_cancel_fit)
FASTXX_EVENT(after_fit)
#undef FASTXX_EVENT

constexpr bool inside_batch(Event event) { return event >= Event::before_batch && event <= Event::after_batch; }

template <class Callback>
constexpr int callback_order() {
  if constexpr (requires { Callback::order; })
    return Callback::order;
  else
    return 0;
}

using Handler = void (*)(void* callback, TrainState& state);

// What the serialize() of an object names: how it is copied and put back, saved and loaded.
struct StateHandlers {
  void (*copy)(void* object, StateCopy& copy) = nullptr;
  void (*save)(void* object, StateWriter& writer) = nullptr;
  void (*load)(void* object, StateReader& reader) = nullptr;
};

template <class Archive, class Object>
concept CompleteFor = requires(Object*) {
  sizeof(Archive);
};

template <class Object>
inline constexpr StateHandlers state_handlers_of{
    [](void* object, StateCopy& copy) { static_cast<Object*>(object)->serialize(copy); },
    [](void* object, StateWriter& writer) { static_cast<Object*>(object)->serialize(writer); },
    [](void* object, StateReader& reader) { static_cast<Object*>(object)->serialize(reader); }};

// nullptr for an object without serialize(archive), which costs nothing.
template <class Object>
constexpr StateHandlers const* state_handlers() {
  if constexpr (requires(Object & object, StateCopy & copy) { object.serialize(copy); }) {
    static_assert(
        CompleteFor<StateWriter, Object>,
        "fastxx: this callback or metric has serialize(archive): #include <fastxx/low/io/state.hpp> before it, "
        "or <fastxx/mid/train/checkpoint.hpp>");
    if constexpr (CompleteFor<StateWriter, Object>) return &state_handlers_of<Object>;
  }
  return nullptr;
}

// A callback whose type nobody needs to know any more: what it is called, when it comes, and one function per event.
struct CallbackEntry {
  void const* key = nullptr;  // identifies the callback's type
  std::string (*name)() = nullptr;
  int order = 0;
  std::shared_ptr<void> object = {};
  std::array<Handler, n_events> handlers = {};
  StateHandlers const* state = nullptr;
};

template <class Callback>
void const* callback_key() {
  static char const key = 0;
  return &key;
}

// fastai's switches: `run` for everything, run_train and run_valid for the events inside a batch (TR-55).
template <class Callback>
bool callback_wants(Callback const& callback, bool in_batch, bool training) {
  if constexpr (requires { callback.run; })
    if (!callback.run) return false;
  if constexpr (requires { callback.run_train; })
    if (in_batch && training && !callback.run_train) return false;
  if constexpr (requires { callback.run_valid; })
    if (in_batch && !training && !callback.run_valid) return false;
  return true;
}

// The function that calls a callback's member for an event. A member that takes the TrainState is compiled once for all
// learners; one that takes `auto& learn` once for each type of learner.
template <class Callback, class Learner, Event E>
constexpr Handler event_handler() {
  using Member = EventMember<E>;
  if constexpr (Member::template takes_state<Callback>) {
    return [](void* object, TrainState& state) {
      auto& callback = *static_cast<Callback*>(object);
      if (callback_wants(callback, inside_batch(E), is_training(state))) Member::call(callback, state);
    };
  } else if constexpr (Member::template defined<Callback, Learner>) {
    return [](void* object, TrainState& state) {
      auto& callback = *static_cast<Callback*>(object);
      if (callback_wants(callback, inside_batch(E), is_training(state)))
        Member::call(callback, static_cast<Learner&>(state));
    };
  } else {
    return nullptr;
  }
}

template <class Callback, class Learner, Event E>
inline constexpr bool hears_event =
    EventMember<E>::template takes_state<Callback> || EventMember<E>::template defined<Callback, Learner>;

// A callback as it stands there, not inside callbacks(...).
template <class X>
consteval bool is_bare_callback() {
  return []<std::size_t... E>(std::index_sequence<E...>) {
    return (hears_event<X, TrainState, static_cast<Event>(E)> || ...);
  }
  (std::make_index_sequence<n_events>{});
}

template <class... Args>
concept WithBareCallback = (is_bare_callback<std::decay_t<Args>>() || ...);

template <class... Args>
constexpr void refuse_bare_callback() {
  static_assert(!WithBareCallback<Args...>,
                "fastxx: callbacks are given to a fit inside callbacks(...): learn.fit(5, callbacks(GradientClip(1)))");
}

// C++ cannot list the members of a class, so the names that people write by mistake are asked for one by one.
template <class Callback, class Learner>
consteval bool has_misspelt_event() {
#define FASTXX_MISSPELT(name)                                         \
  if constexpr (requires(Callback & c, Learner & l) { c.name(l); }) { \
    return true;                                                      \
  }
  FASTXX_MISSPELT(after_epoc)
  FASTXX_MISSPELT(before_epoc)
  FASTXX_MISSPELT(after_epochs)
  FASTXX_MISSPELT(after_batches)
  FASTXX_MISSPELT(after_predict)
  FASTXX_MISSPELT(after_prediction)
  FASTXX_MISSPELT(after_forward)
  FASTXX_MISSPELT(before_loss)
  FASTXX_MISSPELT(after_backwards)
  FASTXX_MISSPELT(before_valid)
  FASTXX_MISSPELT(after_valid)
  FASTXX_MISSPELT(before_validation)
  FASTXX_MISSPELT(after_validation)
  FASTXX_MISSPELT(before_training)
  FASTXX_MISSPELT(after_training)
  FASTXX_MISSPELT(begin_fit)
  FASTXX_MISSPELT(begin_epoch)
  FASTXX_MISSPELT(begin_batch)
  FASTXX_MISSPELT(on_epoch_begin)
  FASTXX_MISSPELT(on_epoch_end)
  FASTXX_MISSPELT(on_batch_end)
  FASTXX_MISSPELT(on_train_end)
#undef FASTXX_MISSPELT
  return false;
}

template <class Callback, class Learner>
CallbackEntry make_callback_entry(std::shared_ptr<Callback> callback) {
  return [&]<std::size_t... E>(std::index_sequence<E...>) {
    constexpr std::array<Handler, n_events> handlers{event_handler<Callback, Learner, static_cast<Event>(E)>()...};
    constexpr bool pointer = requires { **callback; };
    static_assert(!pointer,
                  "fastxx: a callback is given by value, callbacks(Mine{...}), not as a pointer; learn.get_cb<Mine>() "
                  "reaches it afterwards");
    static_assert(pointer || (hears_event<Callback, Learner, static_cast<Event>(E)> || ...),
                  "fastxx: this callback defines none of the events (before_fit, after_batch, ...) as a member that "
                  "takes the learner by reference: void after_batch(auto& learn)");
    static_assert(
        !(hears_event<Callback, Learner, static_cast<Event>(E)> || ...) || !has_misspelt_event<Callback, Learner>(),
        "fastxx: a member of this callback is named almost like an event and would never be called; the "
        "events are listed in <fastxx/mid/train/events.hpp>");
    return CallbackEntry{
        callback_key<Callback>(),  &type_name<Callback>, callback_order<Callback>(), std::move(callback), handlers,
        state_handlers<Callback>()};
  }
  (std::make_index_sequence<n_events>{});
}

// The callbacks of a learner, per event in their order: an event costs one indirect call for each callback that defines
// it, and nothing for the others. The lists are replaced, never changed: a callback may add and remove callbacks, and the
// event that runs ends with those it began with.
class CallbackTable {
 public:
  void add(CallbackEntry entry);
  void remove(void const* key_or_object);
  void* find(void const* key) const;
  std::vector<CallbackEntry> const& entries() const { return entries_; }
  std::vector<CallbackEntry> with_state() const;

  void call(Event event, TrainState& state) const;

  // Who threw the last Cancel exception, and where.
  struct Canceller {
    std::string name;
    Event event;
  };
  Canceller const& last_canceller() const { return last_canceller_; }

  // The loop as lines: each event behind what it belongs to, with who hears it in their order.
  std::string loop_text() const;

 private:
  using List = std::vector<CallbackEntry>;

  [[noreturn]] static void throw_callback_error(CallbackEntry const& entry, Event event, std::exception const& e);

  void rebuild();

  List entries_;
  std::array<std::shared_ptr<List const>, n_events> by_event_;
  mutable Canceller last_canceller_{};
};

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/callback.ipp>
#endif
