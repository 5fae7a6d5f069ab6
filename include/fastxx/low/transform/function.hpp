#pragma once

#include <fastxx/low/core/named.hpp>
#include <fastxx/low/transform/arrange.hpp>
#include <fastxx/low/transform/foreign.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Settings of a transform made from functions.
struct TransformOptions {
  int order = 0;
  int split_idx = Split::none;
};

namespace detail {

template <class Function>
consteval auto function_parameter() {
  if constexpr (std::is_pointer_v<Function>)
    return std::type_identity<first_parameter_t<Function>>{};
  else if constexpr (requires { &Function::operator(); })
    return std::type_identity<first_parameter_t<decltype(&Function::operator())>>{};
  else
    return std::type_identity<void>{};
}

template <class Function, class X>
concept ConstCallable = requires(Function const& f, X& x) {
  f(x);
};
template <class Function, class X>
concept FunctionTakes = AcceptsType<typename decltype(function_parameter<Function>())::type, X> &&
    (ConstCallable<Function, X> || requires(Function & f, X& x) { f(x); });

// A stage is shared by the loader's threads, so a callable that changes itself when called works on a copy.
template <class Function, class X>
constexpr decltype(auto) call_function(Function const& function, X& x) {
  if constexpr (ConstCallable<Function, X>) {
    return function(x);
  } else {
    Function copy = function;
    return std::decay_t<decltype(copy(x))>(copy(x));
  }
}

struct NoFunction {};

}  // namespace detail

/// A transform made from a function, or from a pair of an encoding and a decoding one: a lambda, a function pointer,
/// any callable object. `order` of the callable, where it has one, wins over the option.
///
/// Source:  fastcore 1.7.28 transform.py Transform(enc, dec, split_idx, order)
/// Example: examples/doc/transform.cpp
template <TransformOptions Options, class Encode, class Decode = detail::NoFunction>
struct FunctionTransform {
  static constexpr int order = [] {
    if constexpr (requires { Encode::order; })
      return Encode::order;
    else
      return Options.order;
  }();

  [[no_unique_address]] Encode encode;
  [[no_unique_address]] Decode decode = {};

  /// The callable's own type; a lambda's is unspeakable.
  static std::string name() {
    std::string const type = type_name<Encode>();
    return type.find("lambda") == std::string::npos ? type : "lambda";
  }
  /// As its functions are called in files; empty when one of them has no name.
  std::string export_name() const {
    std::string const text = fastxx::export_name(encode);
    if constexpr (std::is_same_v<Decode, detail::NoFunction>) {
      return text;
    } else {
      std::string const decoding = fastxx::export_name(decode);
      return text.empty() || decoding.empty() ? "" : text + "/" + decoding;
    }
  }

  template <class X>
  requires detail::FunctionTakes<Encode, std::remove_const_t<X>>
  constexpr auto encodes(X& x) const { return detail::call_function(encode, x); }
  template <class X>
  requires detail::FunctionTakes<Decode, std::remove_const_t<X>>
  constexpr auto decodes(X& x) const { return detail::call_function(decode, x); }
};

/// A function transform that runs for one subset only.
template <TransformOptions Options, class Encode, class Decode = detail::NoFunction>
struct SplitFunctionTransform : FunctionTransform<Options, Encode, Decode> {
  static constexpr int split_idx = Options.split_idx;
};

namespace detail {
// Function pointers, erased functions and lambdas that capture may differ though they have one type.
template <TransformOptions Options, class Function, class Decode>
inline constexpr bool is_told_by_type_v<FunctionTransform<Options, Function, Decode>> = std::is_empty_v<Function>;
template <TransformOptions Options, class Function, class Decode>
inline constexpr bool is_told_by_type_v<SplitFunctionTransform<Options, Function, Decode>> = std::is_empty_v<Function>;
template <class Callable>
inline constexpr bool is_told_by_type_v<NamedStage<Callable>> = false;
}  // namespace detail

/// Make a transform from functions: `transform(half, twice)`, `transform<TransformOptions{.order = 5}>(half)`.
///
/// Errors:  a compile-time sentence when the argument cannot be called
/// Source:  fastcore 1.7.28 transform.py
/// Example: examples/doc/transform.cpp
template <TransformOptions Options = TransformOptions{}, class Encode, class... Decode>
constexpr auto transform(Encode encoding, Decode... decoding) {
  static_assert(sizeof...(Decode) <= 1,
                "fastxx::transform(encode, decode): give one function to encode and at most one to decode");
  if constexpr (Options.split_idx == Split::none)
    return FunctionTransform<Options, Encode, Decode...>{std::move(encoding), std::move(decoding)...};
  else
    return SplitFunctionTransform<Options, Encode, Decode...>{{std::move(encoding), std::move(decoding)...}};
}

/// A callable limited to items of one type and what is derived from it: `only<TensorImage>(at::relu)` leaves the labels
/// of a batch alone, though they are tensors too.
///
/// Source:  own design (features P-04)
/// Example: examples/doc/foreign.cpp
template <class Item, class Function>
struct Only {
  [[no_unique_address]] Function function;

  template <class X>
  requires(std::is_same_v<Item, std::remove_const_t<X>> || std::is_base_of_v<Item, X>) constexpr auto operator()(
      X& x) const {
    static_assert(detail::ConstCallable<Function, X> || std::is_invocable_v<Function, X&>,
                  "fastxx::only<Item>(function): the function cannot be called with an Item");
    if constexpr (detail::ConstCallable<Function, X> || std::is_invocable_v<Function, X&>)
      return detail::call_function(function, x);
    else
      return std::remove_const_t<X>(x);  // one sentence is enough
  }

  std::string export_name() const {
    std::string const text = fastxx::export_name(function);
    return text.empty() ? "" : "only<" + detail::portable_name(type_name<Item>()) + ">(" + text + ")";
  }
};
template <class Item, class Function>
constexpr Only<Item, Function> only(Function function) {
  return {std::move(function)};
}

/// Types that are transforms as they are: they name an `encodes`, `decodes` or `setups` member.
template <class T>
concept TransformLike = detail::NamesEncodes<T> || detail::NamesDecodes<T> || detail::NamesSetups<T>;

/// The transform a pipeline keeps for `t`: `t` itself, or a wrapper around a callable or a torch::data transform.
///
/// Errors:  a compile-time sentence for anything else, and for `encode` or `decode` written for `encodes`, `decodes`
/// Source:  fastcore 1.7.28 transform.py mk_transform
/// Example: examples/doc/pipeline.cpp
template <class T>
constexpr auto make_transform(T t) {
  static_assert(
      !detail::Misspelt<T>,
      "fastxx: this stage has a member 'encode', 'decode' or 'setup'; transforms call them 'encodes', 'decodes' "
      "and 'setups'");
  static_assert(
      !requires { T::is_chosen_at_run_time; },
      "fastxx: an AnyTransform is no stage of a static pipeline, which would not know its order and subset; put "
      "it into an AnyPipeline");
  static_assert(!std::is_final_v<T>, "fastxx: a stage must not be final: its members are found by deriving from it");
  static_assert(
      detail::encodes_one_item<T>() && detail::decodes_one_item<T>(),
      "fastxx: encodes() and decodes() must be const member functions of one argument, the item by value or by "
      "const reference (and what was drawn as second one, when the transform has a draw())");
  if constexpr (TransformLike<T>) {
    return t;
  } else if constexpr (detail::TorchDataTransform<T>) {
    return TorchTransform<T>{{}, std::move(t)};
  } else {
    static_assert(detail::NamesCall<T> || std::is_pointer_v<T> || std::is_final_v<T>,
                  "fastxx: a stage must be a struct with encodes(), decodes() or setups(), or something callable");
    return transform(std::move(t));
  }
}

}  // namespace fastxx
