#pragma once

#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/train/callback.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void CallbackTable::add(CallbackEntry entry) {
  auto place = std::upper_bound(entries_.begin(), entries_.end(), entry.order,
                                [](int order, CallbackEntry const& other) { return order < other.order; });
  entries_.insert(place, std::move(entry));
  rebuild();
}

FASTXX_INLINE void CallbackTable::remove(void const* key_or_object) {
  std::erase_if(entries_, [&](CallbackEntry const& entry) {
    return entry.key == key_or_object || entry.object.get() == key_or_object;
  });
  rebuild();
}

FASTXX_INLINE void* CallbackTable::find(void const* key) const {
  for (auto const& entry : entries_)
    if (entry.key == key) return entry.object.get();
  return nullptr;
}

FASTXX_INLINE std::vector<CallbackEntry> CallbackTable::with_state() const {
  std::vector<CallbackEntry> found;
  for (auto const& entry : entries_)
    if (entry.state) found.push_back(entry);
  return found;
}

FASTXX_INLINE void CallbackTable::call(Event event, TrainState& state) const {
  auto const e = static_cast<std::size_t>(event);
  std::shared_ptr<List const> const bound = by_event_[e];
  if (!bound) return;
  for (CallbackEntry const& entry : *bound) {
    try {
      entry.handlers[e](entry.object.get(), state);
    } catch (error const&) {
      throw;
    } catch (CancelException const&) {
      last_canceller_ = {entry.name(), event};
      throw;
    } catch (std::exception const& failure) {
      throw_callback_error(entry, event, failure);
    }
  }
}

// Where the loop goes in and out, before or after an event.
struct LoopLine {
  Event event;
  bool before;
  int depth;  // of what follows
  char const* text;
};
inline constexpr std::array loop_lines{
    LoopLine{Event::before_fit, true, 1, "fit"},
    LoopLine{Event::before_epoch, true, 2, "each epoch"},
    LoopLine{Event::before_train, true, 3, "training"},
    LoopLine{Event::before_batch, true, 4, "each batch"},
    LoopLine{Event::before_backward, true, 5, "backward"},
    LoopLine{Event::after_backward, false, 4, nullptr},
    LoopLine{Event::before_step, true, 5, "step"},
    LoopLine{Event::after_step, false, 4, nullptr},
    LoopLine{Event::after_batch, false, 3, nullptr},
    LoopLine{Event::after_train, false, 2, nullptr},
    LoopLine{Event::before_validate, true, 3, "validation (its batches: as above, up to the loss)"},
    LoopLine{Event::after_validate, false, 2, nullptr},
    LoopLine{Event::after_epoch, false, 1, nullptr}};

FASTXX_INLINE std::string CallbackTable::loop_text() const {
  std::string text;
  std::size_t depth = 0;
  auto const turn = [&](std::size_t e, bool before) {
    for (auto const& [event, at_beginning, inside, line] : loop_lines) {
      if (event != static_cast<Event>(e) || at_beginning != before) continue;
      if (line) text += std::string(2 * depth, ' ') + line + "\n";
      depth = static_cast<std::size_t>(inside);
    }
  };
  for (std::size_t e = 0; e < n_events; ++e) {
    turn(e, true);
    std::string line(2 * depth, ' ');
    line += event_names[e];
    if (by_event_[e]) {
      line.resize(std::max<std::size_t>(line.size() + 1, 34), ' ');
      for (auto const& entry : *by_event_[e]) line += (&entry == by_event_[e]->data() ? "" : ", ") + entry.name();
    }
    text += line + "\n";
    turn(e, false);
  }
  return text;
}

FASTXX_INLINE void CallbackTable::throw_callback_error(CallbackEntry const& entry, Event event,
                                                       std::exception const& e) {
  auto const* const of_torch = dynamic_cast<c10::Error const*>(&e);
  std::throw_with_nested(
      state_error("callback.failed", {.call = entry.name(),
                                      .got = of_torch ? of_torch->what_without_backtrace() : e.what(),
                                      .where = "event " + std::string(event_names[static_cast<std::size_t>(event)])}));
}

FASTXX_INLINE void CallbackTable::rebuild() {
  for (std::size_t e = 0; e < n_events; ++e) {
    auto list = std::make_shared<List>();
    for (auto const& entry : entries_)
      if (entry.handlers[e]) list->push_back(entry);
    by_event_[e] = list->empty() ? nullptr : std::move(list);
  }
}

}  // namespace fastxx::detail
