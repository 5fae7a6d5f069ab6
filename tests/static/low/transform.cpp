// Passes by compiling: what pipelines and dispatch decide, they decide in the compiler, and keep nothing for run time.
#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>

namespace {

using namespace fastxx;

struct Twice {
  constexpr int encodes(int x) const { return x * 2; }
  constexpr int decodes(int x) const { return x / 2; }
};
struct First {
  static constexpr int order = -1;
  constexpr int encodes(int x) const { return x + 1; }
  constexpr int decodes(int x) const { return x - 1; }
};
struct OnlyValid {
  static constexpr int split_idx = Split::valid;
  constexpr int encodes(int x) const { return -x; }
};

// A pipeline of constexpr stages is constexpr, whole items, subsets and decoding included.
constexpr auto tfms = pipeline(Twice{}, First{}, OnlyValid{}, [](int x) { return x / 2.0; });
static_assert(tfms(4) == 5.0);
static_assert(tfms(4, {.split_idx = Split::valid}) == -5.0);
static_assert(pipeline(Twice{}, First{}).decode(std::tuple(10, 'c')) == std::tuple(4, 'c'));
static_assert(tfms(std::tuple(4, 'c', std::pair(6, 2.5f))) == std::tuple(5.0, 'c', std::pair(7.0, 2.5f)));
static_assert(pipeline(ItemGetter<1>{}, Twice{})(std::tuple('c', 4)) == 8);

// Stages without members cost no memory, and the order is part of the type.
static_assert(std::is_empty_v<decltype(transform([](int x) { return x; }))>);
static_assert(sizeof(pipeline(Twice{}, First{}, OnlyValid{})) == 1);
static_assert(std::same_as<decltype(pipeline(Twice{}, First{})), Pipeline<First, Twice>>);
static_assert(std::same_as<decltype(pipeline(pipeline(Twice{}), First{})), Pipeline<First, Twice>>);
static_assert(std::is_trivially_copyable_v<Twice> && std::is_default_constructible_v<Pipeline<First, Twice>>);

// Dispatch is resolved by the compiler; a call of the set is a call of the function.
constexpr auto kind =
    typedispatch(overload<Integral>([](auto...) { return 1; }), overload<Number>([](auto...) { return 2; }),
                 overload<Integral, bool>([](auto, bool) { return 3; }));
static_assert(kind(7) == 1 && kind(7.5) == 2 && kind(7, true) == 3 && kind(7, 1) == 1);
static_assert(kind.matches<short>() && !kind.matches<std::tuple<int>>());
static_assert(sizeof(kind) == 1);

}  // namespace
