#pragma once
// What the tests of dispatch choose among.
#include <fastxx/low/dispatch/overload.hpp>

#include <string_view>

namespace {

struct Animal {};
struct Cat : Animal {
  using base_type = Animal;
};
struct Kitten : Cat {
  using base_type = Cat;
};
struct Stone {};
struct Label {};

// Says which overload was taken.
template <class First = fastxx::Any, class Second = fastxx::Any>
constexpr auto says(std::string_view text) {
  return fastxx::overload<First, Second>([text](auto&&...) { return text; });
}

}  // namespace
