#pragma once

#include <algorithm>
#include <array>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/parts.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/mid/train/events.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The name of the part that callbacks(...) makes.
struct CallbacksPart {};

/// Callbacks for a Learner or for one call of fit: `callbacks(MixUp{}, SaveModel{})`.
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

// The callbacks of a learner, per event in their order: an event costs one indirect call for each callback that defines
// it, and nothing for the others.
template <class Learner>
class CallbackTable {
 public:
  using Handler = void (*)(void*, Learner&);
  struct Entry {
    void const* key;  // identifies the callback's type
    std::string name;
    int order;
    std::shared_ptr<void> object;
    std::array<Handler, n_events> handlers;
  };

  template <class Callback>
  void add(std::shared_ptr<Callback> callback) {
    Entry entry{key_of<Callback>(), type_name<Callback>(), callback_order<Callback>(), callback, {}};
    fill<Callback>(entry.handlers, std::make_index_sequence<n_events>{});
    static_assert(
        defines_any<Callback>(std::make_index_sequence<n_events>{}),
        "fastxx: this callback defines none of the events (before_fit, after_batch, ...) as a member that takes "
        "the learner by reference: void after_batch(auto& learn)");
    auto place = std::upper_bound(entries_.begin(), entries_.end(), entry.order,
                                  [](int order, Entry const& other) { return order < other.order; });
    entries_.insert(place, std::move(entry));
    rebuild();
  }

  template <class Callback>
  void remove() {
    std::erase_if(entries_, [](Entry const& entry) { return entry.key == key_of<Callback>(); });
    rebuild();
  }
  void remove(void const* object) {
    std::erase_if(entries_, [&](Entry const& entry) { return entry.object.get() == object; });
    rebuild();
  }

  template <class Callback>
  Callback* find() const {
    for (auto const& entry : entries_)
      if (entry.key == key_of<Callback>()) return static_cast<Callback*>(entry.object.get());
    return nullptr;
  }

  void call(Event event, Learner& learner) {
    auto const& bound = by_event_[static_cast<std::size_t>(event)];
    for (std::size_t i = 0; i < bound.size(); ++i) {
      try {
        bound[i].handler(bound[i].object, learner);
      } catch (CancelException const&) {
        throw;
      } catch (error const&) {
        throw;
      } catch (std::exception const& e) {
        std::throw_with_nested(state_error(
            "callback.failed", {.call = bound[i].name,
                                .got = e.what(),
                                .where = "event " + std::string(event_names[static_cast<std::size_t>(event)])}));
      }
    }
  }

  std::vector<Entry> const& entries() const { return entries_; }

 private:
  struct Bound {
    Handler handler;
    void* object;
    std::string name;
  };

  template <class Callback>
  static void const* key_of() {
    static char const key = 0;
    return &key;
  }

  template <class Callback, std::size_t... I>
  static consteval bool defines_any(std::index_sequence<I...>) {
    return (EventMember<static_cast<Event>(I)>::template defined<Callback, Learner> || ...);
  }
  template <class Callback, std::size_t... I>
  static void fill(std::array<Handler, n_events>& handlers, std::index_sequence<I...>) {
    ((handlers[I] = handler<Callback, static_cast<Event>(I)>()), ...);
  }
  template <class Callback, Event E>
  static constexpr Handler handler() {
    if constexpr (EventMember<E>::template defined<Callback, Learner>)
      return [](void* object, Learner& learner) {
        auto& callback = *static_cast<Callback*>(object);
        if (!wants<Callback, E>(callback, learner)) return;
        EventMember<E>::call(callback, learner);
      };
    else
      return nullptr;
  }

  // fastai's switches: `run` for everything, run_train and run_valid for the events inside a batch (TR-55).
  template <class Callback, Event E>
  static bool wants(Callback const& callback, Learner const& learner) {
    if constexpr (requires { callback.run; })
      if (!callback.run) return false;
    if constexpr (inside_batch(E) && requires { callback.run_train; })
      if (learner.training && !callback.run_train) return false;
    if constexpr (inside_batch(E) && requires { callback.run_valid; })
      if (!learner.training && !callback.run_valid) return false;
    return true;
  }

  void rebuild() {
    for (std::size_t e = 0; e < n_events; ++e) {
      by_event_[e].clear();
      for (auto const& entry : entries_)
        if (entry.handlers[e]) by_event_[e].push_back({entry.handlers[e], entry.object.get(), entry.name});
    }
  }

  std::vector<Entry> entries_;
  std::array<std::vector<Bound>, n_events> by_event_;
};

}  // namespace detail
}  // namespace fastxx
