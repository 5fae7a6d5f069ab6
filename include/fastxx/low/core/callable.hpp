#pragma once

#include <fastxx/low/core/lineage.hpp>

#include <type_traits>
#include <utility>

namespace fastxx::detail {

// The parameter and result types of a callable; unknown for generic and overloaded ones.
struct UnknownSignature {
  static constexpr bool known = false;
  using result = void;
  using parameters = type_list<>;
};
template <class Result, class... Parameters>
struct Signature {
  static constexpr bool known = true;
  using result = Result;
  using parameters = type_list<Parameters...>;
};

// A pointer to a noexcept function converts to one without, so these few read all of them. The object counts as the
// first parameter.
template <class R, class... P>
Signature<R, P...> read_signature(R (*)(P...));
template <class C, class R, class... P>
Signature<R, C&, P...> read_signature(R (C::*)(P...));
template <class C, class R, class... P>
Signature<R, C&, P...> read_signature(R (C::*)(P...) &);
template <class C, class R, class... P>
Signature<R, C const&, P...> read_signature(R (C::*)(P...) const);
template <class C, class R, class... P>
Signature<R, C const&, P...> read_signature(R (C::*)(P...) const&);
UnknownSignature read_signature(...);

template <class R, class Object, class... P>
Signature<R, P...> without_object(Signature<R, Object, P...>);
UnknownSignature without_object(UnknownSignature);

// The type of the first parameter, without const and &, of a pointer to a function, or to a member function; void where
// there is none or it is unknown.
template <class S>
struct FirstParameter {
  using type = void;
};
template <class R, class P, class... Rest>
struct FirstParameter<Signature<R, P, Rest...>> {
  using type = std::decay_t<P>;
};
template <class Pointer>
consteval auto called_signature() {
  if constexpr (std::is_member_function_pointer_v<Pointer>)
    return decltype(without_object(read_signature(std::declval<Pointer>()))){};
  else
    return decltype(read_signature(std::declval<Pointer>())){};
}
template <class Pointer>
using first_parameter_t = typename FirstParameter<decltype(called_signature<Pointer>())>::type;

template <class F>
struct SignatureOf {
  using type = decltype(read_signature(std::declval<F>()));
};
template <class F>
requires requires { &F::operator(); }
struct SignatureOf<F> {
  using type = decltype(without_object(read_signature(&F::operator())));
};
template <class F>
using signature_of = typename SignatureOf<F>::type;

// Whether a class has call operators, be they overloaded or templates: adding another one by inheritance makes the name
// ambiguous. Of a final class only a single call operator can be seen.
struct OneMoreCall {
  void operator()();
};
template <class F>
struct WithOneMoreCall : F, OneMoreCall {};
template <class F>
concept CallableClass =
    (std::is_class_v<F> && !std::is_final_v<F> && !requires { &WithOneMoreCall<F>::operator(); }) || requires {
  &F::operator();
};
template <class F>
concept Callable =
    std::is_member_function_pointer_v<F> || std::is_function_v<std::remove_pointer_t<F>> || CallableClass<F>;

// A member function as a function whose first argument is the object.
template <class Pointer>
struct Method {
  Pointer pointer;
  template <class Object, class... Rest>
  constexpr auto operator()(Object&& object, Rest&&... rest) const
      -> decltype((std::forward<Object>(object).*pointer)(std::forward<Rest>(rest)...)) {
    return (std::forward<Object>(object).*pointer)(std::forward<Rest>(rest)...);
  }
};
template <class Pointer>
struct SignatureOf<Method<Pointer>> : SignatureOf<Pointer> {};

}  // namespace fastxx::detail
