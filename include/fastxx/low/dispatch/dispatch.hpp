#pragma once

#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/lineage.hpp>
#include <fastxx/low/dispatch/overload.hpp>
#include <fastxx/low/dispatch/overload_for.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

// Where the function for two types was found; `index` counts own overloads, or inherited sets.
struct Choice {
  enum class From { nowhere, own, extension, inherited };
  From from = From::nowhere;
  std::size_t index = 0;
  int rank = -1;  // 0 is an exact match, -1 is none
};

// The nearest of some overloads: the first argument counts before the second, and <= because the later one of two with
// the same signature wins.
consteval Choice nearest(TypeIds x, TypeIds y, SignatureIds const* signatures, std::size_t count) {
  Choice best;
  for (std::size_t i = 0; i < count; ++i) {
    int const first = steps_to(x, signatures[i].first);
    if (first < 0 || (best.rank >= 0 && first * rank_of_first > best.rank)) continue;
    int const second = steps_to(y, signatures[i].second);
    int const rank = first * rank_of_first + second;
    if (second >= 0 && (best.rank < 0 || rank <= best.rank)) best = {Choice::From::own, i, rank};
  }
  return best;
}

// The first inherited set that has an overload for these types.
template <class X, class Y, class... Sets>
consteval Choice first_inherited(hana::tuple<Sets...> const*) {
  Choice found;
  bool const any = ((Sets::template matches<X, Y>() || (++found.index, false)) || ...);
  if (any) found.from = Choice::From::inherited;
  return found;
}

// How near somebody's overload_for is; a set without a name has none.
template <class Set, class X, class Y>
consteval int extension_rank() {
  if constexpr (std::is_void_v<Set>)
    return -1;
  else
    return nearest_overload_rank_v<Set, X, Y>;
}

template <class Set, class First, class Second, int rank>
consteval auto extension_of(FoundOverload<Set, First, Second, rank>) {
  return std::type_identity<Overload<First, Second, overload_for<Set, First, Second>>>{};
}

template <class Function, class First, class... Rest>
constexpr decltype(auto) call_overload(Function const& function, First&& first, Rest&&... rest) {
  constexpr bool takes = std::is_invocable_v<Function const&, First, Rest...>;
  static_assert(takes,
                "fastxx: the overload chosen for these types cannot be called with these arguments (look at their "
                "number, their constness, and the types behind the first two)");
  if constexpr (takes)
    return function(std::forward<First>(first), std::forward<Rest>(rest)...);
  else
    return std::decay_t<First>(std::forward<First>(first));
}

template <class X, class Y, class... Sets>
consteval bool inherited_passes_by(hana::tuple<Sets...> const*) {
  return (Sets::template passes_by<X, Y>() || ...);
}

// What a set chooses, asked with the plain types of the first two arguments.
template <class Set, class Bases, class... Overloads>
struct Chooser {
  using From = Choice::From;

  template <class X, class Y>
  static consteval Choice choose() {
    constexpr Choice own =
        nearest(ids_of(lineage_of<X>), ids_of(lineage_of<Y>), signatures_of<Overloads...>.data(), sizeof...(Overloads));
    constexpr int outside = extension_rank<Set, X, Y>();
    if constexpr (outside >= 0 && (own.rank < 0 || outside <= own.rank))
      return {From::extension, 0, outside};
    else if constexpr (own.rank >= 0)
      return own;
    else
      return first_inherited<X, Y>(static_cast<Bases const*>(nullptr));
  }

  // What was chosen, as an Overload in a std::type_identity.
  template <class X, class Y>
  static consteval auto chosen_overload() {
    constexpr Choice choice = choose<X, Y>();
    if constexpr (choice.from == From::own) {
      return nth_type<choice.index, Overloads...>();
    } else if constexpr (choice.from == From::inherited) {
      using Base = std::decay_t<decltype(hana::at_c<choice.index>(std::declval<Bases>()))>;
      return std::type_identity<typename Base::template chosen<X, Y>>{};
    } else if constexpr (choice.from == From::extension) {
      return extension_of(NearestOverload<Set, X, Y>{});
    } else {
      return std::type_identity<void>{};
    }
  }

  // Whether an overload, own or inherited, would take these types, did dispatch see all their bases.
  template <class X, class Y>
  static consteval bool passes_overload_by() {
    return (passes_by<X, Y, Overloads>() || ...) || inherited_passes_by<X, Y>(static_cast<Bases const*>(nullptr));
  }

  // The bare questions of the compiler's nearly always settle it, without an instantiation for each pair of types.
  template <class X, class Y>
  static consteval bool forgets_base() {
    if constexpr (choose<X, Y>().from == From::nowhere)
      return passes_overload_by<X, Y>();
    else if constexpr (((__is_base_of(typename Overloads::first, X) && !__is_same(typename Overloads::first, X)) ||
                        ...) ||
                       ((__is_base_of(typename Overloads::second, Y) && !__is_same(typename Overloads::second, Y)) ||
                        ...))
      return ((ForgetsBase<X, typename Overloads::first> || ForgetsBase<Y, typename Overloads::second>) || ...);
    else
      return false;
  }
};

template <class T>
inline constexpr bool is_dispatch_v = false;

template <class... Rest>
struct SecondType {
  using type = Any;
};
template <class Y, class... Rest>
struct SecondType<Y, Rest...> {
  using type = std::decay_t<Y>;
};

}  // namespace detail

/// A function whose overload is chosen by the types of its first two arguments, most derived first, the first argument
/// before the second; without a match the first argument comes back. The choice is made by the compiler: the call costs
/// what a direct call of the chosen function costs. Two overloads are never equally near: each type has one parent, and
/// at the same signature the later one wins. Make one with typedispatch(). `Set` names it, so that `overload_for<Set, A,
/// B>` extends it (void: no name); `Bases` is a hana::tuple of the sets it inherits.
///
/// Errors:  the chosen function must take the arguments; a call needs one; a class that derives from a registered one
///          must say so by `base_type` (all at compile time; an overload_for that is passed by so is not noticed,
///          since the compiler cannot list the specialisations)
/// Source:  fastcore 1.7.28 dispatch.py TypeDispatch; differs: static types, and registration by value (extend())
/// Example: examples/doc/dispatch.cpp
template <class Set, class Bases, class... Overloads>
class TypeDispatch {
  using From = detail::Choice::From;
  using Chooser = detail::Chooser<Set, Bases, Overloads...>;

 public:
  constexpr explicit TypeDispatch(Bases bases, Overloads... overloads)
      : bases_(std::move(bases)), overloads_(std::move(overloads)...) {}

  template <class X, class... Rest>
  constexpr decltype(auto) operator()(X&& x, Rest&&... rest) const {
    using Y = typename detail::SecondType<Rest...>::type;
    return call_as<std::decay_t<X>, Y>(std::forward<X>(x), std::forward<Rest>(rest)...);
  }
  template <class... None>
  requires(sizeof...(None) == 0) constexpr void operator()(None...) const {
    static_assert(sizeof...(None) != 0, "fastxx: a dispatch set needs at least one argument, whose type chooses");
  }

  /// Call the overload for X and Y with any arguments. Without a match the first of them comes back.
  template <class X, class Y = Any, class First, class... Rest>
  constexpr decltype(auto) call_as(First&& first, Rest&&... rest) const {
    constexpr detail::Choice choice = Chooser::template choose<X, Y>();
    static_assert(!Chooser::template forgets_base<X, Y>(),
                  "fastxx: an overload is registered for a base of this argument's class, but dispatch cannot see that "
                  "base: give the class its own `using base_type = <the base>;`");
    if constexpr (choice.from == From::own)
      return detail::call_overload(hana::at_c<choice.index>(overloads_).function, std::forward<First>(first),
                                   std::forward<Rest>(rest)...);
    else if constexpr (choice.from == From::extension)
      return detail::call_overload(detail::nearest_overload_t<Set, X, Y>{}, std::forward<First>(first),
                                   std::forward<Rest>(rest)...);
    else if constexpr (choice.from == From::inherited)
      return hana::at_c<choice.index>(bases_).template call_as<X, Y>(std::forward<First>(first),
                                                                     std::forward<Rest>(rest)...);
    else
      return std::decay_t<First>(std::forward<First>(first));
  }

  /// A set with more overloads; one with the same signature as an earlier one replaces it.
  template <class... More>
  constexpr auto extend(More... more) const {
    constexpr bool good = (detail::is_overload_v<More> && ...);
    static_assert(good, "fastxx: a dispatch set is extended by overload<A, B>(function), ...: the types choose");
    if constexpr (good)
      return hana::unpack(overloads_, [&](Overloads const&... own) {
        return TypeDispatch<Set, Bases, Overloads..., More...>(bases_, own..., std::move(more)...);
      });
    else
      return *this;
  }

  /// A set that looks in `parent` for what it does not have itself, after the sets it already inherits.
  template <class Parent>
  constexpr auto inherit(Parent parent) const {
    static_assert(detail::is_dispatch_v<Parent>, "fastxx: inherit() takes another dispatch set");
    if constexpr (detail::is_dispatch_v<Parent>)
      return hana::unpack(bases_, [&]<class... Earlier>(Earlier const&... earlier) {
        return hana::unpack(overloads_, [&](Overloads const&... own) {
          using More = hana::tuple<Earlier..., Parent>;
          return TypeDispatch<Set, More, Overloads...>(More(earlier..., std::move(parent)), own...);
        });
      });
    else
      return *this;
  }

  /// The set as methods of `object`, which must outlive the result: the arguments choose as before, and the chosen
  /// function is called with the object in front of them.
  template <class Object>
  constexpr auto bind(Object& object) const {
    return [set = *this, &object]<class X, class... Rest>(X&& x, Rest&&... rest) -> decltype(auto) {
      using First = std::decay_t<X>;
      using Y = typename detail::SecondType<Rest...>::type;
      if constexpr (matches<First, Y>())
        return set.template call_as<First, Y>(object, std::forward<X>(x), std::forward<Rest>(rest)...);
      else
        return First(std::forward<X>(x));
    };
  }

  /// Whether some overload takes these two types.
  template <class X, class Y = Any>
  static consteval bool matches() {
    return Chooser::template choose<X, Y>().from != From::nowhere;
  }

  /// Whether an overload is registered for a base that dispatch cannot see, where no other takes these two types.
  template <class X, class Y = Any>
  static consteval bool passes_by() {
    return !matches<X, Y>() && Chooser::template passes_overload_by<X, Y>();
  }

  /// The Overload that a call with these types chooses, with `first`, `second` and `signature`; void without a match.
  template <class X, class Y = Any>
  using chosen = typename decltype(detail::Chooser<Set, Bases, Overloads...>::template chosen_overload<X, Y>())::type;

  /// What a call with such arguments gives back: `returns<Image const&, int>`.
  template <class... Args>
  using returns = decltype(std::declval<TypeDispatch const&>()(std::declval<Args>()...));

 private:
  [[no_unique_address]] Bases bases_;
  [[no_unique_address]] hana::tuple<Overloads...> overloads_;
};

namespace detail {
template <class Set, class Bases, class... Overloads>
inline constexpr bool is_dispatch_v<TypeDispatch<Set, Bases, Overloads...>> = true;
}  // namespace detail

/// Make a dispatch set from overloads. With a name, `typedispatch<describe_set>(...)`, any header extends it by
/// specialising `overload_for<describe_set, A, B>`; the name is a type of yours and needs no definition.
///
/// Errors:  an argument that is no overload (compile time)
/// Source:  fastcore 1.7.28 dispatch.py typedispatch, DispatchReg; differs: the name is a type
/// Example: examples/doc/dispatch.cpp
template <class Set = void, class... Overloads>
constexpr auto typedispatch(Overloads... overloads) {
  constexpr bool good = (detail::is_overload_v<Overloads> && ...);
  static_assert(good, "fastxx: a dispatch set is made from overload<A, B>(function), ...: the types choose");
  if constexpr (good)
    return TypeDispatch<Set, hana::tuple<>, Overloads...>({}, std::move(overloads)...);
  else
    return TypeDispatch<Set, hana::tuple<>>(hana::tuple<>{});
}

}  // namespace fastxx
