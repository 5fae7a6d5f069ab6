#pragma once

#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/lineage.hpp>

#include <array>
#include <cstddef>
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

// Whether two stages of this type are the same transform; a function pointer's type says nothing of the function.
template <class Stage>
inline constexpr bool is_told_by_type_v = true;

// A stage before it has its place in the pipeline: which list it comes from, which element of that it is.
struct Place {
  std::size_t list = 0;
  std::size_t element = 0;
  int order = 0;
  std::size_t kind = 0;  // equal for stages of one type
};

template <class... Stages>
consteval std::array<int, sizeof...(Stages)> orders_of(hana::tuple<Stages...> const*) {
  return {order_of<Stages>()...};
}

// For each stage the place of the first one of its type, or its own.
template <class Stage, class... All>
consteval std::size_t kind_of(std::size_t own) {
  if constexpr (!is_told_by_type_v<Stage>) return own;
  std::size_t first = 0;
  (void)((std::is_same_v<Stage, All> || (++first, false)) || ...);
  return first;
}
template <class... Stages>
consteval std::array<std::size_t, sizeof...(Stages)> kinds_of(type_list<Stages...>) {
  std::size_t own = 0;
  return {kind_of<Stages, Stages...>(own++)...};
}
template <class... As, class... Bs>
consteval type_list<As..., Bs...> operator+(type_list<As...>, hana::tuple<Bs...> const*) {
  return {};
}

template <class... Lists>
inline constexpr std::size_t total_size = (std::size_t{0} + ... + decltype(hana::size(std::declval<Lists>()))::value);

// All elements of all lists in one flat, stably sorted row: an insertion sort, done once by the compiler.
template <class... Lists>
consteval auto sorted_places() {
  std::array<Place, total_size<Lists...>> places{};
  std::size_t count = 0, list = 0;
  [[maybe_unused]] auto insert = [&](auto const& orders) {
    for (std::size_t element = 0; element < orders.size(); ++element) {
      std::size_t place = count++;
      for (; place > 0 && places[place - 1].order > orders[element]; --place) places[place] = places[place - 1];
      places[place] = {list, element, orders[element], count - 1};
    }
    ++list;
  };
  (insert(orders_of(static_cast<Lists const*>(nullptr))), ...);
  return places;
}

template <std::size_t Size>
struct UniquePlaces {
  std::array<Place, Size> places;
  std::size_t count = 0;
};
// The same with one place for each kind: the first one's, filled by the last one.
template <class... Lists>
consteval auto unique_places() {
  constexpr auto kinds = kinds_of((type_list<>{} + ... + static_cast<Lists const*>(nullptr)));
  UniquePlaces<total_size<Lists...>> unique{};
  for (Place place : sorted_places<Lists...>()) {
    place.kind = kinds[place.kind];
    std::size_t same = 0;
    while (same < unique.count && unique.places[same].kind != place.kind) ++same;
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
