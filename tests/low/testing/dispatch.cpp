#include "laws.hpp"
#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/testing/dispatch.hpp>

#include <doctest/doctest.h>
#include <tuple>
#include <type_traits>
#include <utility>

using namespace fastxx;
using testing::check_dispatch;

namespace {

// Dispatch sets of somebody's own: overloads are tried in the order given, with what each of them has wrong.
enum class Wrong { takes_first_match, ignores_second, ignores_inheritance, gives_nothing_back };

template <Wrong wrong, class... Overloads>
struct OwnSet {
  std::tuple<Overloads...> overloads;

  template <class X, class Y = Any>
  static consteval bool matches() {
    return (fits<Overloads, X, Y>() || ...);
  }
  template <class Overload, class X, class Y>
  static consteval bool fits() {
    using A = typename Overload::first;
    using B = typename Overload::second;
    if (wrong == Wrong::ignores_inheritance) return std::is_same_v<A, X> && std::is_same_v<B, Y>;
    return distance_to_ancestor<X, A>() >= 0 && (wrong == Wrong::ignores_second || distance_to_ancestor<Y, B>() >= 0);
  }
  template <class... More>
  auto extend(More... more) const {
    return OwnSet<wrong, Overloads..., More...>{std::tuple_cat(overloads, std::tuple(more...))};
  }
  template <class X, class Y = Any>
  auto operator()(X const& x, Y const& y = {}) const {
    return first_fit<0>(x, y);
  }
  template <std::size_t I, class X, class Y>
  auto first_fit(X const& x, Y const& y) const {
    if constexpr (I == sizeof...(Overloads)) {
      if constexpr (wrong == Wrong::gives_nothing_back)
        return false;
      else
        return x;
    } else if constexpr (fits<std::tuple_element_t<I, std::tuple<Overloads...>>, X, Y>()) {
      return std::get<I>(overloads).function(x, y);
    } else {
      return first_fit<I + 1>(x, y);
    }
  }
};

struct Shape {};
struct Circle : Shape {
  using base_type = Shape;
};

}  // namespace

TEST_CASE("laws of a dispatch set: typedispatch keeps them, whatever is in the set") {
  auto const nothing = [](auto const&...) { return 0; };
  CHECK(check_dispatch(typedispatch()));
  CHECK(check_dispatch(typedispatch(overload<Shape>(nothing), overload<Circle, Shape>(nothing))));
  CHECK(check_dispatch(typedispatch(overload<Any, Any>(nothing))));  // takes the stranger as well
  CHECK(check_dispatch(typedispatch(overload<Integral>(nothing)).extend(overload<Shape, Circle>(nothing))));
}

TEST_CASE("laws of a dispatch set: each can be broken") {
  auto const first = check_dispatch(OwnSet<Wrong::takes_first_match>{});
  CHECK(has(first, "the overload for the nearest class is not chosen"));
  CHECK(has(first, "an overload of a signature that is there already does not replace it"));
  CHECK(has(first, "the first argument does not count before the second"));
  CHECK(has(check_dispatch(OwnSet<Wrong::ignores_second>{}), "the second argument is not looked at"));
  CHECK(has(check_dispatch(OwnSet<Wrong::ignores_inheritance>{}), "an overload does not serve derived classes"));
  CHECK(has(check_dispatch(OwnSet<Wrong::gives_nothing_back>{}), "without a match the first argument does not come"));
}
