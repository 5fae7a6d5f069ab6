#include <fastxx/low/arguments/options.hpp>
#include <fastxx/low/core/error.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
constexpr auto lr(double value) { return option<"lr">(value); }
constexpr auto wd(std::optional<double> value) { return option<"wd">(value); }
struct Adam {
  double beta = .9;
};
struct Sgd {};

constexpr auto learner_options = options(option<"loss_func">(std::nullopt), option<"opt_func">(AnyType{Adam{}}),
                                         lr(.001), wd({}), option<"epochs">(1), option<"train_bn">(true));

// Out of line: g++ 12 follows the copies of a text it knows and warns, wrongly, that they overflow std::string's buffer.
[[gnu::noinline]] std::string long_text(char c) { return std::string(40, c); }

struct f_t {
  static constexpr std::string_view name = "f", positional = "dls, layers";
  static constexpr auto options = fastxx::options(option<"emb_szs">(std::nullopt), option<"epochs">(5))
                                      .delegates(learner_options.except<"train_bn">());
};
struct PartOnly {};  // a part that was not made with option<>
}  // namespace

TEST_CASE("L-37 options: those given replace the defaults, in any order") {
  constexpr auto taken = learner_options.take(wd(.1), lr(3e-3));
  static_assert(taken.get<"lr">() == 3e-3 && taken.get<"wd">() == .1 && taken.get<"epochs">() == 1);
  static_assert(learner_options.take(lr(3e-3), wd(.1)).get<"wd">() == .1);
  static_assert(get<"lr">(learner_options.take()) == .001);
  CHECK_FALSE(learner_options.take().get<"wd">().has_value());
}

TEST_CASE("L-37 options: a value gets the declared type, or keeps its own where any type is taken") {
  auto const taken = learner_options.take(option<"lr">(1), option<"wd">(2), option<"loss_func">(Sgd{}));
  static_assert(std::is_same_v<std::decay_t<decltype(taken.get<"lr">())>, double>);
  static_assert(std::is_same_v<std::decay_t<decltype(taken.get<"wd">())>, std::optional<double>>);
  static_assert(std::is_same_v<std::decay_t<decltype(taken.get<"loss_func">())>, Sgd>);
  static_assert(std::is_same_v<std::decay_t<decltype(taken.get<"opt_func">())>, Adam>);
  auto const other = learner_options.take(option<"opt_func">(Sgd{}), option<"wd">(std::nullopt));
  static_assert(std::is_same_v<std::decay_t<decltype(other.get<"opt_func">())>, Sgd>);
  CHECK(taken.get<"lr">() == 1.0);
  CHECK(taken.get<"wd">() == 2.0);
  CHECK_FALSE(other.get<"wd">().has_value());
}

TEST_CASE("L-37 options: what converts is taken, what would lose its meaning is not") {
  static_assert(fastxx::detail::takes<int, double>() && fastxx::detail::takes<int, long>());
  static_assert(fastxx::detail::takes<char const*, std::string>() && fastxx::detail::takes<bool, bool>());
  static_assert(fastxx::detail::takes<int, std::optional<double>>());
  static_assert(!fastxx::detail::takes<double, int>());        // would drop the fraction
  static_assert(!fastxx::detail::takes<char const*, bool>());  // C++ would take any text for true
  static_assert(!fastxx::detail::takes<int, bool>());
  static_assert(!fastxx::detail::takes<char const*, double>() &&
                !fastxx::detail::takes<char const*, std::optional<double>>());
  CHECK(learner_options.take(option<"lr">(1)).get<"lr">() == 1);
}

TEST_CASE("L-37 options: delegates adds the other's options but not those already there") {
  // fastcore 1.7.28: delegates(lambda x, lr=.001, wd=None, path=None: 0, but=['path']) of (dls, layers, emb=None, **kwargs)
  // is (dls, layers, emb=None, *, lr=0.001, wd=None)
  CHECK(signature<f_t>() == "f(dls, layers; emb_szs = none, epochs = 5, loss_func = none, opt_func = " +
                                type_name<Adam>() + ", lr = 0.001, wd = none)");
  CHECK(signature(f_t{}) == signature<f_t>());
  CHECK(learner_options.keep<"lr", "wd">().to_string() == "lr = 0.001, wd = none");
  static_assert(f_t::options.get<"epochs">() == 5);
  static_assert(!f_t::options.has<OptionName<"train_bn">>());
}

TEST_CASE("L-37 options: a call is handed on with the values given and the defaults that were replaced") {
  auto const taken = f_t::options.take(lr(.5), option<"emb_szs">(3));
  auto const reached = taken.forward(learner_options, [](auto... theirs) {
    static_assert(sizeof...(theirs) == 4);  // opt_func, lr, wd and epochs; a loss that is none stays the other's affair
    return learner_options.take(theirs...);
  });
  CHECK(reached.get<"lr">() == .5);
  CHECK(reached.get<"epochs">() == 5);
  CHECK(reached.get<"train_bn">() == true);
}

TEST_CASE("L-37 options: parts with a name of another kind are options, too") {
  auto const set = options(Part<PartOnly, int>{4}, lr(.1));
  CHECK(set.take(Part<PartOnly, int>{5}).get_as<PartOnly>() == 5);
  CHECK(set.to_string().find("PartOnly = 4, lr = 0.1") != std::string::npos);
}

TEST_CASE("L-37 options: many are as good as few") {
  auto const set = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return options(Part<std::integral_constant<std::size_t, I>, std::size_t>{I}...);
  }
  (std::make_index_sequence<60>{});
  auto const taken = set.take(Part<std::integral_constant<std::size_t, 59>, int>{7});
  CHECK(taken.get_as<std::integral_constant<std::size_t, 59>>() == 7);
  CHECK(taken.get_as<std::integral_constant<std::size_t, 58>>() == 58);
}

namespace {
constexpr auto text_options =
    options(option<"path">(std::string_view("models")), option<"suffix">(std::optional<std::string_view>()),
            option<"n">(1), option<"size">(std::optional<std::size_t>()));
}

TEST_CASE("L-37 options: a text is kept, so that it may end before the option is read") {
  auto const taken = text_options.take(option<"path">(long_text('a')), option<"suffix">(long_text('b')));
  CHECK(taken.get<"path">() == long_text('a'));
  CHECK(taken.get<"suffix">() == long_text('b'));
  auto const& path = text_options.take(option<"path">(long_text('c'))).get<"path">();  // of a temporary
  CHECK(path == long_text('c'));
  auto const& same = get<"path">(text_options.take(option<"path">(long_text('d'))));
  CHECK(same == long_text('d'));
  CHECK(text_options.take().get<"path">() == "models");
  static_assert(fastxx::detail::takes<std::string, std::string_view>());
  static_assert(fastxx::detail::takes<std::span<int const>, std::span<int const>>());
  static_assert(!fastxx::detail::takes<std::vector<int>, std::span<int const>>());
}

TEST_CASE("L-37 options: an integer must fit into the option's type") {
  CHECK_THROWS_WITH_AS(text_options.take(option<"n">(5'000'000'000LL)),
                       "[options.range] the option n: expected a value that its type int can hold; got 5000000000",
                       data_error);
  CHECK_THROWS_AS(text_options.take(option<"size">(-1)), data_error);
  CHECK(text_options.take(option<"n">(7LL)).get<"n">() == 7);
  CHECK(text_options.take(option<"size">(7)).get<"size">() == 7u);
}
