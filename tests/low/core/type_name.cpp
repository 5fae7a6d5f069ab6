#include <fastxx/low/core/type_name.hpp>

#include <doctest/doctest.h>
#include <string>
#include <tuple>

namespace fastxx {
struct Ours {};
namespace vision {
struct Resize {};
}  // namespace vision
template <class A, class B>
struct Both {};
}  // namespace fastxx
namespace my_fastxx {
struct Theirs {};
}  // namespace my_fastxx
namespace theirs {
template <int N>
struct Sized {};
}  // namespace theirs

using fastxx::type_name;

TEST_CASE("type_name: the namespaces of the library are left out, others stay") {
  CHECK(type_name<int>() == "int");
  CHECK(type_name<fastxx::Ours>() == "Ours");
  CHECK(type_name<fastxx::vision::Resize>() == "Resize");
  CHECK(type_name<theirs::Sized<3>>() == "theirs::Sized<3>");
  CHECK(type_name<my_fastxx::Theirs>() == "my_fastxx::Theirs");
}

TEST_CASE("type_name: inside other types too, and nothing of the compiler's signature remains") {
  CHECK(type_name<std::tuple<fastxx::Ours, fastxx::vision::Resize>>() == "std::tuple<Ours, Resize>");
  CHECK(type_name<fastxx::Both<fastxx::Ours, my_fastxx::Theirs>>() == "Both<Ours, my_fastxx::Theirs>");
  CHECK(type_name<fastxx::Ours const&>().find("Ours") != std::string::npos);
  auto const array = type_name<int[3]>();
  CHECK(array.substr(array.size() - 3) == "[3]");
}

TEST_CASE("type_name: a std::string is called so") {
  CHECK(type_name<std::string>() == "std::string");
  CHECK(type_name<std::tuple<std::string, int>>() == "std::tuple<std::string, int>");
}
