#pragma once

#include <array>
#include <cstddef>
#include <fastxx/low/core/hana.hpp>
#include <type_traits>
#include <utility>

namespace fastxx::detail {

template <class Stage>
consteval int order_of() {
  if constexpr (requires { Stage::order; }) {
    constexpr bool is_static = !std::is_member_pointer_v<decltype(&Stage::order)>;
    static_assert(is_static, "fastxx: a stage's order is known to the compiler: static constexpr int order = ...");
    if constexpr (is_static) return Stage::order;
  }
  return 0;
}

// Types are told apart by the address of their tag; null when the type does not tell one stage from another.
template <class T>
inline constexpr char type_tag = 0;
template <class Stage>
inline constexpr char const* stage_tag = &type_tag<Stage>;

// A stage before it has its place in the pipeline: which list it comes from, which element of that it is.
struct Place {
  std::size_t list = 0;
  std::size_t element = 0;
  int order = 0;
  char const* tag = nullptr;
};

template <class... Stages>
consteval std::array<Place, sizeof...(Stages)> places_of(hana::tuple<Stages...> const*) {
  return {Place{.order = order_of<Stages>(), .tag = stage_tag<Stages>}...};
}

template <class... Lists>
inline constexpr std::size_t total_size = (std::size_t{0} + ... + decltype(hana::size(std::declval<Lists>()))::value);

// All elements of all lists in one flat, stably sorted row: an insertion sort, done once by the compiler.
template <class... Lists>
consteval auto sorted_places() {
  std::array<Place, total_size<Lists...>> places{};
  std::size_t count = 0, list = 0;
  [[maybe_unused]] auto insert = [&](auto const& added) {
    for (std::size_t element = 0; element < added.size(); ++element) {
      std::size_t place = count++;
      for (; place > 0 && places[place - 1].order > added[element].order; --place) places[place] = places[place - 1];
      places[place] = {list, element, added[element].order, added[element].tag};
    }
    ++list;
  };
  (insert(places_of(static_cast<Lists const*>(nullptr))), ...);
  return places;
}

template <std::size_t Size>
struct UniquePlaces {
  std::array<Place, Size> places;
  std::size_t count = 0;
};
// The same with one place for each tag: the first one's, filled by the last one.
template <class... Lists>
consteval auto unique_places() {
  auto const all = sorted_places<Lists...>();
  UniquePlaces<total_size<Lists...>> unique{};
  for (Place const& place : all) {
    std::size_t same = 0;
    while (same < unique.count && (place.tag == nullptr || unique.places[same].tag != place.tag)) ++same;
    unique.places[same] = place;
    if (same == unique.count) ++unique.count;
  }
  return unique;
}

// make(stage...) with the elements of a tuple of tuples, sorted by their order.
template <class... Lists, class Make>
constexpr auto arrange(hana::tuple<Lists...> lists, Make make) {
  constexpr auto places = sorted_places<Lists...>();
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return make(std::move(hana::at_c<places[I].element>(hana::at_c<places[I].list>(lists)))...);
  }
  (std::make_index_sequence<places.size()>{});
}
template <class... Lists, class Make>
constexpr auto arrange_unique(hana::tuple<Lists...> lists, Make make) {
  constexpr auto unique = unique_places<Lists...>();
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return make(std::move(hana::at_c<unique.places[I].element>(hana::at_c<unique.places[I].list>(lists)))...);
  }
  (std::make_index_sequence<unique.count>{});
}

}  // namespace fastxx::detail
