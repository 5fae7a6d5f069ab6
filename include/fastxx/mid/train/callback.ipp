#pragma once

#include <fastxx/mid/train/callback.hpp>

#include <algorithm>
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
    } catch (std::exception const& failure) {
      throw_callback_error(entry, event, failure);
    }
  }
}

FASTXX_INLINE void CallbackTable::throw_callback_error(CallbackEntry const& entry, Event event,
                                                       std::exception const& e) {
  std::throw_with_nested(
      state_error("callback.failed", {.call = entry.name(),
                                      .got = e.what(),
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
