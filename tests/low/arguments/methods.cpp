#include <fastxx/low/arguments/methods.hpp>

#include <memory>
#include <string>
#include <utility>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
template <class... Given>
class Loader {
 public:
  constexpr explicit Loader(int size, Given... given) : size_(size), methods_(std::move(given)...) {}

  constexpr int create_item(int i) const {
    return call_method<"create_item">(
        methods_, *this, [this](int at) { return at + size_; }, i);
  }
  constexpr int size() const {
    return call_method<"size">(methods_, *this, [this] { return size_; });
  }
  std::string const& name() const {
    return call_method<"name">(methods_, *this, [this]() -> std::string const& { return name_; });
  }

 private:
  int size_;
  std::string name_ = "plain";
  [[no_unique_address]] Methods<replaceable<"create_item", "size", "name">, Given...> methods_;
};

struct Bare {
  int size;
  std::string name;
};
struct Times {
  constexpr int operator()(int i) const { return 10 * i; }
};
}  // namespace

TEST_CASE("L-39 methods: without a replacement the class's own runs, and takes no room") {
  CHECK(Loader(4).create_item(3) == 7);
  static_assert(sizeof(Loader<>) == sizeof(Bare));
}

TEST_CASE("L-39 methods: a replacement serves its object alone, and the methods beside it stay") {
  Loader const plain(4);
  Loader const times(4, replace_method<"create_item">(Times{}));
  CHECK(times.create_item(3) == 30);
  CHECK(times.size() == 4);
  CHECK(plain.create_item(3) == 7);
}

TEST_CASE("L-39 methods: a replacement may ask for the object") {
  Loader const backwards(4,
                         replace_as_method<"create_item">([](auto const& self, int i) { return self.size() - 1 - i; }));
  CHECK(backwards.create_item(0) == 3);
  Loader const both(4, replace_as_method<"create_item">([](auto const& self, int i) { return self.size() - 1 - i; }),
                    replace_method<"size">([] { return 10; }));
  CHECK(both.create_item(0) == 9);
}

TEST_CASE("L-39 methods: a replacement may hold what it needs, and references come through") {
  auto const owned = std::make_shared<int>(5);
  Loader const loader(4, replace_method<"create_item">([owned](int i) { return i * *owned; }));
  CHECK(loader.create_item(3) == 15);
  Loader const plain(4);
  CHECK(&plain.name() == &plain.name());
  CHECK(plain.name() == "plain");
}
