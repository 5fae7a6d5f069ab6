#pragma once

#include <array>
#include <cstddef>
#include <fastxx/low/core/hana.hpp>
#include <type_traits>
#include <utility>

namespace fastxx::detail {

template <class Stage>
consteval int order_of() {
  if constexpr (requires { Stage::order; })
    return Stage::order;
  else
    return 0;
}

template <class... Stages>
consteval auto orders_of(hana::tuple<Stages...> const*) {
  return std::array<int, sizeof...(Stages)>{order_of<Stages>()...};
}

// Where the stage for a place of the pipeline comes from: which list, and which element of it.
struct Place {
  std::size_t list = 0;
  std::size_t element = 0;
  int order = 0;
};

// All elements of all lists in one flat, stably sorted row of places: an insertion sort, done once by the compiler.
template <class... Lists>
consteval auto arranged_places() {
  std::array<Place, (std::size_t{0} + ... + decltype(hana::size(std::declval<Lists>()))::value)> places{};
  std::size_t count = 0, list = 0;
  [[maybe_unused]] auto insert = [&](auto const& orders) {
    for (std::size_t element = 0; element < orders.size(); ++element) {
      std::size_t place = count++;
      for (; place > 0 && places[place - 1].order > orders[element]; --place) places[place] = places[place - 1];
      places[place] = {list, element, orders[element]};
    }
    ++list;
  };
  (insert(orders_of(static_cast<Lists const*>(nullptr))), ...);
  return places;
}

// make(stage...) with the elements of a tuple of tuples, sorted by their order.
template <class... Lists, class Make>
constexpr auto arrange(hana::tuple<Lists...> lists, Make make) {
  constexpr auto places = arranged_places<Lists...>();
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return make(std::move(hana::at_c<places[I].element>(hana::at_c<places[I].list>(lists)))...);
  }
  (std::make_index_sequence<places.size()>{});
}

}  // namespace fastxx::detail
