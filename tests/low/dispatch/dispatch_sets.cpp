#include <fastxx/low/dispatch/dispatch.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <string_view>

using namespace fastxx;

namespace {

struct Animal {
  int legs = 4;
  int count(int times) const { return legs * times; }
  int& add(int more) noexcept { return legs += more; }
  static int twice(int x) { return 2 * x; }
};
struct Cat : Animal {
  using base_type = Animal;
};
struct Stone {};
struct Hidden : Animal {};
struct Misnamed : Animal {
  using base_type = Number;
};

int plain(int x, double y) { return x + static_cast<int>(y); }

template <class First = Any, class Second = Any>
constexpr auto says(std::string_view text) {
  return overload<First, Second>([text](auto&&...) { return text; });
}

// fastcore: a class whose methods of one name are dispatched by their arguments.
struct Counter {
  int sum = 0;
  int add_number(int x) { return sum += x; }
  std::string add_text(std::string const& text, int times) {
    sum += static_cast<int>(text.size()) * times;
    return text;
  }
  static constexpr int scale = 10;

  static constexpr auto set() {
    return typedispatch(overload<Integral>(&Counter::add_number), overload<std::string>(&Counter::add_text),
                        overload<double>([](Counter& self, double x) { return self.sum + x * scale; }));
  }
  decltype(auto) add(auto&&... args) { return set().bind(*this)(std::forward<decltype(args)>(args)...); }
};

struct base_set;

}  // namespace

template <>
struct fastxx::overload_for<base_set, Stone> {
  std::string_view operator()(Stone) const { return "extension of the base"; }
};

TEST_CASE("L-21 typedispatch: an inherited set is asked only when the own one has nothing") {
  auto const parent = typedispatch(says<Cat>("parent's cat"), says<Stone>("parent's stone"));
  auto const child = typedispatch(says<Animal>("child's animal")).inherit(parent);
  CHECK(child(Cat{}) == "child's animal");  // farther up, but its own
  CHECK(child(Stone{}) == "parent's stone");
  CHECK(child(1.5) == 1.5);
  CHECK(child.matches<Stone>());
  CHECK(!child.matches<int>());
  CHECK(child.extend(says<Stone>("child's stone"))(Stone{}) == "child's stone");
  CHECK(std::same_as<decltype(child)::chosen<Stone, int>::first, Stone>);
}

TEST_CASE(
    "L-21 typedispatch: several inherited sets are asked in their order, each with what it inherits and extends") {
  auto const grandparent = typedispatch(says<int>("grandparent's int"));
  auto const first = typedispatch(says<char>("first's char")).inherit(grandparent);
  auto const second = typedispatch<base_set>(says<int>("second's int"), says<double>("second's double"));
  auto const child = typedispatch().inherit(first).inherit(second);
  CHECK(child('a') == "first's char");
  CHECK(child(1) == "grandparent's int");
  CHECK(child(1.) == "second's double");
  CHECK(child(Stone{}) == "extension of the base");
}

TEST_CASE("L-21 typedispatch: member functions, static ones and function pointers are overloads") {
  auto const f =
      typedispatch(overload<Animal>(&Animal::count), overload<Animal, Stone>([](Animal&, Stone) { return 0; }),
                   overload<Integral>(&Animal::twice), overload<int, double>(&plain));
  CHECK(f(Cat{}, 3) == 12);
  CHECK(f(21) == 42);
  CHECK(f(1, 2.5) == 3);
  Cat cat;
  auto const grow = typedispatch(overload<Animal, int>(&Animal::add));
  grow(cat, 2) = 9;
  CHECK(cat.legs == 9);
  CHECK(grow(std::make_unique<int>(5)) != nullptr);
}

TEST_CASE("L-21 typedispatch: bound to an object, the arguments choose the method") {
  Counter counter;
  CHECK(counter.add(5) == 5);
  CHECK(counter.add(true) == 6);
  CHECK(counter.add(std::string("ab"), 2) == "ab");
  CHECK(counter.sum == 10);
  CHECK(counter.add(.5) == 15.);
  CHECK(counter.add(nullptr, 1) == nullptr);
}

TEST_CASE("L-18 typedispatch: what a call gives back is known without calling") {
  auto const f = typedispatch(overload<Integral>([](auto x, auto...) { return x + 1L; }), overload<int, double>(&plain),
                              overload<Animal>(&Animal::add));
  using F = decltype(f);
  CHECK(std::same_as<F::returns<int, double>, int>);
  CHECK(std::same_as<F::returns<int>, long>);
  CHECK(std::same_as<F::returns<Animal&, int>, int&>);
  CHECK(std::same_as<F::returns<std::string const&>, std::string>);  // no match: a copy of the first argument
}

TEST_CASE("L-18 typedispatch: the overload that a call chooses can be asked for its signature") {
  auto const f = typedispatch(overload<int, double>(&plain), overload<Animal>(&Animal::count), says<Integral>("any"));
  using F = decltype(f);
  CHECK(std::same_as<F::chosen<int, double>::signature::result, int>);
  CHECK(std::same_as<F::chosen<int, double>::signature::parameters, type_list<int, double>>);
  CHECK(std::same_as<F::chosen<Cat>::signature::parameters, type_list<Animal const&, int>>);
  CHECK(std::same_as<F::chosen<int, int>::first, Integral>);
  CHECK(std::same_as<F::chosen<int, int>::second, Any>);
  CHECK(!F::chosen<int, int>::signature::known);
  CHECK(std::is_void_v<F::chosen<std::string>>);
}

TEST_CASE("L-18 typedispatch: it can be called as if the arguments had other types") {
  auto const f = typedispatch(says<int>("int"), says<Animal, int>("animal, int"));
  CHECK(f.call_as<int>(Stone{}) == "int");
  CHECK(f.call_as<Cat, int>(1, 2, 3) == "animal, int");
  CHECK(f.call_as<Stone>(7) == 7);
}

TEST_CASE("L-18 typedispatch: an overload for a base that dispatch cannot see is noticed where nothing else matches") {
  auto const set = typedispatch(says<one_of<Stone, Animal>, int>("animal"));
  using Set = decltype(set);
  static_assert(Set::passes_by<Hidden, int>() && Set::passes_by<Misnamed, int>());
  static_assert(!Set::passes_by<Hidden, std::string>());  // would not match anyhow
  static_assert(!Set::passes_by<Cat, int>() && !Set::passes_by<Cat, double>() && !Set::passes_by<int, int>());
  auto const child = typedispatch(says<double>("number")).inherit(set);
  static_assert(decltype(child)::passes_by<Misnamed, int>() && !decltype(child)::passes_by<Cat, int>());
  CHECK(child(Cat{}, 1) == "animal");
}
