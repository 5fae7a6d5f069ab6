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

// What an overload is registered for, as base classes: one for each pair of types that its signature names.
template <class First, class Second>
struct Registered {};
template <std::size_t, class Signature>
struct Member : Signature {};
template <class Indices, class... Signatures>
struct AllOf;
template <std::size_t... i, class... Signatures>
struct AllOf<std::index_sequence<i...>, Signatures...> : Member<i, Signatures>... {};

template <class First, class Second>
struct SignatureOfSlot : Registered<First, Second> {};
template <class First, class... Seconds>
struct SignatureOfSlot<First, one_of<Seconds...>>
    : AllOf<std::index_sequence_for<Seconds...>, Registered<First, Seconds>...> {};
template <class... Firsts, class Second>
struct SignatureOfSlot<one_of<Firsts...>, Second>
    : AllOf<std::index_sequence_for<Firsts...>, SignatureOfSlot<Firsts, Second>...> {};
template <class... Firsts, class... Seconds>
struct SignatureOfSlot<one_of<Firsts...>, one_of<Seconds...>>
    : AllOf<std::index_sequence_for<Firsts...>, SignatureOfSlot<Firsts, one_of<Seconds...>>...> {};

// The overloads of a set. Whether there is one for two types, one question to the compiler says, which it answers
// without an instantiation: is Registered<First, Second> a base of the slots?
template <std::size_t index, class First, class Second, class Function>
struct Slot : SignatureOfSlot<First, Second> {
  constexpr explicit Slot(Overload<First, Second, Function> given) : overload(std::move(given)) {}
  using overload_type = Overload<First, Second, Function>;
  [[no_unique_address]] overload_type overload;
};
template <class T>
inline constexpr bool is_one_of = false;
template <class... Ts>
inline constexpr bool is_one_of<one_of<Ts...>> = true;

template <class Indices, class... Overloads>
struct Slots;
template <std::size_t... i, class... Firsts, class... Seconds, class... Functions>
struct Slots<std::index_sequence<i...>, Overload<Firsts, Seconds, Functions>...>
    : Slot<i, Firsts, Seconds, Functions>... {
  constexpr explicit Slots(Overload<Firsts, Seconds, Functions>... given)
      : Slot<i, Firsts, Seconds, Functions>(std::move(given))... {}

  // f(overload, ...)
  template <class F>
  constexpr auto unpack(F const& f) const {
    return f(static_cast<Slot<i, Firsts, Seconds, Functions> const&>(*this).overload...);
  }

  // Whether what a slot is registered for can be read off its own types.
  static constexpr bool plain = ((!is_one_of<Firsts> && !is_one_of<Seconds>)&&...);

  // Where the last one stands that is registered for these types: at the same signature the later one wins.
  template <class First, class Second>
  static consteval std::size_t place_of() {
    std::size_t place = 0;
    ((__is_base_of(Registered<First, Second>, Slot<i, Firsts, Seconds, Functions>) ? void(place = i) : void()), ...);
    return place;
  }
};

template <std::size_t index, class First, class Second, class Function>
consteval std::type_identity<Slot<index, First, Second, Function>> slot_at(
    Slot<index, First, Second, Function> const*) {
  return {};
}

// The slot whose signature is just these two types; void when several are.
template <class First, class Second, std::size_t index, class Function>
std::type_identity<Slot<index, First, Second, Function>> slot_of(Slot<index, First, Second, Function> const*);
template <class First, class Second>
void slot_of(void const*);

// The slot of the overload that is registered for two types, in a std::type_identity.
template <class First, class Second, class AllSlots>
consteval auto find_slot() {
  using Only = decltype(slot_of<First, Second>(static_cast<AllSlots const*>(nullptr)));
  if constexpr (std::is_void_v<Only> || !AllSlots::plain)
    return slot_at<AllSlots::template place_of<First, Second>()>(static_cast<AllSlots const*>(nullptr));
  else
    return Only{};
}

// Where the function for two types was found; `index` counts inherited sets.
struct Choice {
  enum class From { nowhere, own, extension, inherited };
  From from = From::nowhere;
  std::size_t index = 0;
};

// The first inherited set that has an overload for these types.
template <class X, class Y, class... Sets>
consteval Choice first_inherited(hana::tuple<Sets...> const*) {
  Choice found;
  bool const any = ((Sets::template matches<X, Y>() || (++found.index, false)) || ...);
  if (any) found.from = Choice::From::inherited;
  return found;
}

template <class Function, class First, class... Rest>
constexpr decltype(auto) call_overload(Function const& function, First&& first, Rest&&... rest) {
  constexpr bool takes = requires { function(std::forward<First>(first), std::forward<Rest>(rest)...); };
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

// The overloads of a set, and those that others add to it by its name.
template <class Set, class AllSlots>
struct OwnAndExtensions {
  template <class First, class Second>
  static consteval bool extended() {
    if constexpr (std::is_void_v<Set>)
      return false;
    else
      return Defined<overload_for<Set, First, Second>>;
  }
  template <class First, class Second>
  static consteval bool has() {
    return __is_base_of(Registered<First, Second>, AllSlots) || extended<First, Second>();
  }
};

// The bare question of the compiler's nearly always settles it, without an instantiation for each pair of types.
template <class X, class... Named>
consteval bool forgets_one_of() {
  if constexpr (((__is_base_of(Named, X) && !__is_same(Named, X)) || ...))
    return (ForgetsBase<X, Named> || ...);
  else
    return false;
}

// What a set chooses, asked with the plain types of the first two arguments.
template <class Set, class Bases, class... Overloads>
struct Chooser {
  using From = Choice::From;
  using AllSlots = Slots<std::index_sequence_for<Overloads...>, Overloads...>;
  using Registry = OwnAndExtensions<Set, AllSlots>;
  template <class X, class Y>
  using Nearest = NearestPlace<Registry, X, Y>;

  template <class X, class Y>
  static consteval Choice choose() {
    using Here = Nearest<X, Y>;
    if constexpr (std::is_same_v<Here, NotFound>)
      return first_inherited<X, Y>(static_cast<Bases const*>(nullptr));
    else
      return {Registry::template extended<typename Here::first, typename Here::second>() ? From::extension : From::own};
  }

  template <class X, class Y>
  static consteval auto own() {
    return find_slot<typename Nearest<X, Y>::first, typename Nearest<X, Y>::second, AllSlots>();
  }
  template <class X, class Y>
  using Extension = typename ExtensionAt<Set, Nearest<X, Y>>::type;

  // What was chosen, as an Overload in a std::type_identity.
  template <class X, class Y>
  static consteval auto chosen_overload() {
    constexpr Choice choice = choose<X, Y>();
    if constexpr (choice.from == From::own) {
      return std::type_identity<typename decltype(own<X, Y>())::type::overload_type>{};
    } else if constexpr (choice.from == From::inherited) {
      using Base = std::decay_t<decltype(hana::at_c<choice.index>(std::declval<Bases>()))>;
      return std::type_identity<typename Base::template chosen<X, Y>>{};
    } else if constexpr (choice.from == From::extension) {
      using Here = Nearest<X, Y>;
      return std::type_identity<Overload<typename Here::first, typename Here::second, Extension<X, Y>>>{};
    } else {
      return std::type_identity<void>{};
    }
  }

  // Whether an overload, own or inherited, would take these types, did dispatch see all their bases.
  template <class X, class Y>
  static consteval bool passes_overload_by() {
    return (passes_by<X, Y, Overloads>() || ...) || inherited_passes_by<X, Y>(static_cast<Bases const*>(nullptr));
  }

  // Whether an overload was meant for these types that is not chosen, since a class does not say what it derives from.
  template <class X, class Y>
  static consteval bool forgets_base() {
    using Here = Nearest<X, Y>;
    if constexpr (std::is_same_v<Here, FoundAt<X, Y>>)
      return false;  // nothing can be nearer
    else if constexpr (choose<X, Y>().from == From::nowhere)
      return passes_overload_by<X, Y>();
    else
      return forgets_one_of<X, typename Overloads::first...>() || forgets_one_of<Y, typename Overloads::second...>();
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
      : bases_(std::move(bases)), slots_(std::move(overloads)...) {}

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
      return detail::call_overload(function_of<typename decltype(Chooser::template own<X, Y>())::type>(),
                                   std::forward<First>(first), std::forward<Rest>(rest)...);
    else if constexpr (choice.from == From::extension)
      return detail::call_overload(typename Chooser::template Extension<X, Y>{}, std::forward<First>(first),
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
      return slots_.unpack([&](Overloads const&... own) {
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
        return slots_.unpack([&](Overloads const&... own) {
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
  using chosen = typename decltype(Chooser::template chosen_overload<X, Y>())::type;

  /// What a call with such arguments gives back: `returns<Image const&, int>`.
  template <class... Args>
  using returns = decltype(std::declval<TypeDispatch const&>()(std::declval<Args>()...));

 private:
  // g++ tries each call as a constant expression, for which it copies the whole set; what has no state is made anew.
  template <class Slot>
  constexpr decltype(auto) function_of() const {
    using Function = typename Slot::overload_type::function_type;
    if constexpr (std::is_empty_v<Function> && requires { Function{}; })
      return Function{};
    else
      return (static_cast<Slot const&>(slots_).overload.function);
  }

  [[no_unique_address]] Bases bases_;
  [[no_unique_address]] typename Chooser::AllSlots slots_;
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
