#include <fastxx/low/tensor/operations.hpp>
// The table of operations is walked here: each call is made on a type with metadata and on a plain tensor.
#include <fastxx/low/tensor/functions.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <algorithm>
#include <concepts>
#include <doctest/doctest.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace fastxx;
using at::indexing::Ellipsis;
using at::indexing::None;
using at::indexing::Slice;

namespace {

// The calls of the table, word for word, on x, y, t and i.
template <class X>
struct Calls {
  X x, y;
  Tensor t = at::arange(1, 13, at::kFloat).view({3, 2, 2});
  Tensor i = at::tensor({2, 0}, at::kLong);

  void copies(auto&& row) {
    row("x.clone()", [&]() -> decltype(auto) { return x.clone(); });
    row("x.detach()", [&]() -> decltype(auto) { return x.detach(); });
    row("x.data()", [&]() -> decltype(auto) { return x.data(); });
    row("x.contiguous()", [&]() -> decltype(auto) { return x.contiguous(); });
    row("x.cpu()", [&]() -> decltype(auto) { return x.cpu(); });
    row("x.to(at::kDouble)", [&]() -> decltype(auto) { return x.to(at::kDouble); });
    row("x.to(at::Device(at::kCPU), at::kByte)",
        [&]() -> decltype(auto) { return x.to(at::Device(at::kCPU), at::kByte); });
    row("x.to(t)", [&]() -> decltype(auto) { return x.to(t); });
    row("x.type_as(t)", [&]() -> decltype(auto) { return x.type_as(t); });
    row("x.new_zeros({2})", [&]() -> decltype(auto) { return x.new_zeros({2}); });
    row("x.new_ones({2})", [&]() -> decltype(auto) { return x.new_ones({2}); });
    row("x.new_full({2}, 7)", [&]() -> decltype(auto) { return x.new_full({2}, 7); });
    row("x.new_empty({0})", [&]() -> decltype(auto) { return x.new_empty({0}); });
  }
  void shapes(auto&& row) {
    row("x.view({4, 3})", [&]() -> decltype(auto) { return x.view({4, 3}); });
    row("x.view(at::kInt)", [&]() -> decltype(auto) { return x.view(at::kInt); });
    row("x.view_as(t)", [&]() -> decltype(auto) { return x.view_as(t); });
    row("x.reshape({2, 6})", [&]() -> decltype(auto) { return x.reshape({2, 6}); });
    row("x.reshape(-1)", [&]() -> decltype(auto) { return x.reshape(-1); });
    row("x.expand({2, 3, 2, 2})", [&]() -> decltype(auto) { return x.expand({2, 3, 2, 2}); });
    row("x.expand_as(t)", [&]() -> decltype(auto) { return x.expand_as(t); });
    row("x.permute({1, 2, 0})", [&]() -> decltype(auto) { return x.permute({1, 2, 0}); });
    row("x.movedim(0, -1)", [&]() -> decltype(auto) { return x.movedim(0, -1); });
    row("x.transpose(0, 1)", [&]() -> decltype(auto) { return x.transpose(0, 1); });
    row("x.flip({2})", [&]() -> decltype(auto) { return x.flip({2}); });
    row("x.roll({1}, {0})", [&]() -> decltype(auto) { return x.roll({1}, {0}); });
    row("x.rot90()", [&]() -> decltype(auto) { return x.rot90(); });
    row("x.repeat({2, 1, 1})", [&]() -> decltype(auto) { return x.repeat({2, 1, 1}); });
    row("x.unsqueeze(0)", [&]() -> decltype(auto) { return x.unsqueeze(0); });
    row("x.unsqueeze(0).squeeze()", [&]() -> decltype(auto) { return x.unsqueeze(0).squeeze(); });
    row("x.unsqueeze(0).squeeze(0)", [&]() -> decltype(auto) { return x.unsqueeze(0).squeeze(0); });
    row("x.flatten()", [&]() -> decltype(auto) { return x.flatten(); });
    row("x.flatten(1)", [&]() -> decltype(auto) { return x.flatten(1); });
    row("x.diagonal(0, 1, 2)", [&]() -> decltype(auto) { return x.diagonal(0, 1, 2); });
    row("x.split(1)", [&]() -> decltype(auto) { return x.split(1); });
    row("x.split({1, 2})", [&]() -> decltype(auto) { return x.split({1, 2}); });
    row("x.chunk(3)", [&]() -> decltype(auto) { return x.chunk(3); });
    row("x.unbind()", [&]() -> decltype(auto) { return x.unbind(); });
  }
  void indexing(auto&& row) {
    row("x[1]", [&]() -> decltype(auto) { return x[1]; });
    row("x.index({i})", [&]() -> decltype(auto) { return x.index({i}); });
    row("x.index({Slice(1), None, Ellipsis, 0})", [&]() -> decltype(auto) {
      return x.index({Slice(1), None, Ellipsis, 0});
    });
    row("x.index({x > 5})", [&]() -> decltype(auto) { return x.index({x > 5}); });
    row("x.select(2, 1)", [&]() -> decltype(auto) { return x.select(2, 1); });
    row("x.narrow(0, 1, 2)", [&]() -> decltype(auto) { return x.narrow(0, 1, 2); });
    row("x.slice(0, 0, 3, 2)", [&]() -> decltype(auto) { return x.slice(0, 0, 3, 2); });
    row("x.index_select(0, i)", [&]() -> decltype(auto) { return x.index_select(0, i); });
    row("x.masked_select(x > 5)", [&]() -> decltype(auto) { return x.masked_select(x > 5); });
    row("x.masked_fill(x > 5, 0)", [&]() -> decltype(auto) { return x.masked_fill(x > 5, 0); });
    row("x.gather(0, x.to(at::kLong).clamp(0, 2))",
        [&]() -> decltype(auto) { return x.gather(0, x.to(at::kLong).clamp(0, 2)); });
    row("x.where(x > 5, t)", [&]() -> decltype(auto) { return x.where(x > 5, t); });
    row("x.take(i)", [&]() -> decltype(auto) { return x.take(i); });
  }
  void arithmetic(auto&& row) {
    row("x + y", [&]() -> decltype(auto) { return x + y; });
    row("x - t", [&]() -> decltype(auto) { return x - t; });
    row("t * x", [&]() -> decltype(auto) { return t * x; });
    row("x / (y + 1)", [&]() -> decltype(auto) { return x / (y + 1); });
    row("x % 5", [&]() -> decltype(auto) { return x % 5; });
    row("x + 2", [&]() -> decltype(auto) { return x + 2; });
    row("x - 2", [&]() -> decltype(auto) { return x - 2; });
    row("x * 2.5", [&]() -> decltype(auto) { return x * 2.5; });
    row("x / 2", [&]() -> decltype(auto) { return x / 2; });
    row("2 + x", [&]() -> decltype(auto) { return 2 + x; });
    row("2 - x", [&]() -> decltype(auto) { return 2 - x; });
    row("2.5 * x", [&]() -> decltype(auto) { return 2.5 * x; });
    row("2 / (x + 1)", [&]() -> decltype(auto) { return 2 / (x + 1); });
    row("-x", [&]() -> decltype(auto) { return -x; });
    row("x.add(y)", [&]() -> decltype(auto) { return x.add(y); });
    row("x.add(y, 2)", [&]() -> decltype(auto) { return x.add(y, 2); });
    row("x.sub(t)", [&]() -> decltype(auto) { return x.sub(t); });
    row("x.mul(2)", [&]() -> decltype(auto) { return x.mul(2); });
    row("x.div(y + 1)", [&]() -> decltype(auto) { return x.div(y + 1); });
    row("x.pow(2)", [&]() -> decltype(auto) { return x.pow(2); });
    row("x.pow(y)", [&]() -> decltype(auto) { return x.pow(y); });
    row("x.fmod(5)", [&]() -> decltype(auto) { return x.fmod(5); });
    row("x.maximum(y)", [&]() -> decltype(auto) { return x.maximum(y); });
    row("x.lerp(y, 0.5)", [&]() -> decltype(auto) { return x.lerp(y, 0.5); });
    row("x.addcmul(y, t)", [&]() -> decltype(auto) { return x.addcmul(y, t); });
    row("x.matmul(y)", [&]() -> decltype(auto) { return x.matmul(y); });
  }
  void elements(auto&& row) {
    row("x.clamp(2, 5)", [&]() -> decltype(auto) { return x.clamp(2, 5); });
    row("x.clamp(2)", [&]() -> decltype(auto) { return x.clamp(2); });
    row("x.clamp_max(5)", [&]() -> decltype(auto) { return x.clamp_max(5); });
    row("x.abs()", [&]() -> decltype(auto) { return x.abs(); });
    row("x.sqrt()", [&]() -> decltype(auto) { return x.sqrt(); });
    row("x.exp()", [&]() -> decltype(auto) { return x.exp(); });
    row("x.log1p()", [&]() -> decltype(auto) { return x.log1p(); });
    row("x.sigmoid()", [&]() -> decltype(auto) { return x.sigmoid(); });
    row("x.tanh()", [&]() -> decltype(auto) { return x.tanh(); });
    row("x.relu()", [&]() -> decltype(auto) { return x.relu(); });
    row("x.round()", [&]() -> decltype(auto) { return x.round(); });
    row("x.floor()", [&]() -> decltype(auto) { return x.floor(); });
    row("x.isnan()", [&]() -> decltype(auto) { return x.isnan(); });
    row("x.softmax(0)", [&]() -> decltype(auto) { return x.softmax(0); });
    row("x.cumsum(0)", [&]() -> decltype(auto) { return x.cumsum(0); });
  }
  void comparisons(auto&& row) {
    row("x == y", [&]() -> decltype(auto) { return x == y; });
    row("x != 3", [&]() -> decltype(auto) { return x != 3; });
    row("3 < x", [&]() -> decltype(auto) { return 3 < x; });
    row("x >= t", [&]() -> decltype(auto) { return x >= t; });
    row("x.eq(3)", [&]() -> decltype(auto) { return x.eq(3); });
    row("(x > 3) & (x < 9)", [&]() -> decltype(auto) { return (x > 3) & (x < 9); });
    row("~(x > 3)", [&]() -> decltype(auto) { return ~(x > 3); });
  }
  void reductions(auto&& row) {
    row("x.sum()", [&]() -> decltype(auto) { return x.sum(); });
    row("x.sum({1, 2}, true)", [&]() -> decltype(auto) { return x.sum({1, 2}, true); });
    row("x.mean()", [&]() -> decltype(auto) { return x.mean(); });
    row("x.mean(1)", [&]() -> decltype(auto) { return x.mean(1); });
    row("x.std({1, 2}, true, true)", [&]() -> decltype(auto) { return x.std({1, 2}, true, true); });
    row("x.max()", [&]() -> decltype(auto) { return x.max(); });
    row("x.max(0)", [&]() -> decltype(auto) { return x.max(0); });
    row("x.amax({1})", [&]() -> decltype(auto) { return x.amax({1}); });
    row("x.argmax(0)", [&]() -> decltype(auto) { return x.argmax(0); });
    row("x.sort(0)", [&]() -> decltype(auto) { return x.sort(0); });
    row("x.topk(2, 0)", [&]() -> decltype(auto) { return x.topk(2, 0); });
    row("x.norm()", [&]() -> decltype(auto) { return x.norm(); });
    row("x.any()", [&]() -> decltype(auto) { return x.any(); });
    row("x.nonzero()", [&]() -> decltype(auto) { return x.nonzero(); });
  }
  void lists(auto&& row) {
    row("fastxx::stack(std::vector{x, y})", [&]() -> decltype(auto) { return fastxx::stack(std::vector{x, y}); });
    row("fastxx::cat(std::vector{x, y})", [&]() -> decltype(auto) { return fastxx::cat(std::vector{x, y}); });
  }
  void in_place(auto&& row) {
    row("x.add_(2)", [&]() -> decltype(auto) { return x.add_(2); });
    row("x.mul_(y)", [&]() -> decltype(auto) { return x.mul_(y); });
    row("x.clamp_(2, 5)", [&]() -> decltype(auto) { return x.clamp_(2, 5); });
    row("x.zero_()", [&]() -> decltype(auto) { return x.zero_(); });
    row("x.copy_(t + 1)", [&]() -> decltype(auto) { return x.copy_(t + 1); });
    row("x.masked_fill_(x > 5, 0)", [&]() -> decltype(auto) { return x.masked_fill_(x > 5, 0); });
    row("x.index_put_({0}, 7)", [&]() -> decltype(auto) { return x.index_put_({0}, 7); });
    row("x += y", [&]() -> decltype(auto) { return x += y; });
    row("x -= 2", [&]() -> decltype(auto) { return x -= 2; });
    row("x *= t", [&]() -> decltype(auto) { return x *= t; });
    row("x /= 2", [&]() -> decltype(auto) { return x /= 2; });
  }
  void plain(auto&& row) {
    row("x.tensor()", [&]() -> decltype(auto) { return x.tensor(); });
    row("x.grad()", [&]() -> decltype(auto) { return x.grad(); });
    row("t.add(x)", [&]() -> decltype(auto) { return t.add(x); });
    row("at::mean(x)", [&]() -> decltype(auto) { return at::mean(x); });
    row("at::stack({x, y})", [&]() -> decltype(auto) { return at::stack({x, y}); });
  }
  void walk(auto&& row) {
    copies(row), shapes(row), indexing(row), arithmetic(row), elements(row), comparisons(row), reductions(row);
    lists(row), in_place(row);
  }
};

Tensor fresh() { return at::arange(12, at::kFloat).view({3, 2, 2}); }
Tensor other() { return at::arange(12, 0, -1, at::kFloat).view({3, 2, 2}); }

using Boxes = TensorBBox;  // gets its metadata from TensorPoint, two steps up
constexpr ImageSize size_of_x = {.width = 64, .height = 48};
Boxes boxes(Tensor const& values, ImageSize size) { return Boxes(values, {.img_size = size}); }

// All tensors of a result.
std::vector<Tensor> tensors_of(Tensor const& tensor) { return {tensor.clone()}; }
template <class T>
std::vector<Tensor> tensors_of(std::vector<T> const& tensors) {
  return std::vector<Tensor>(tensors.begin(), tensors.end());
}
template <class... T>
std::vector<Tensor> tensors_of(std::tuple<T...> const& tensors) {
  return std::apply([](auto const&... tensor) { return std::vector<Tensor>{tensor...}; }, tensors);
}

template <class Result>
consteval Gives gives() {
  using Value = std::remove_cvref_t<Result>;
  if (std::same_as<Value, Boxes>) return std::is_reference_v<Result> ? Gives::itself : Gives::own_type;
  if (std::same_as<Value, Tensor>) return Gives::plain;
  static_assert(std::same_as<Value, Boxes> || std::same_as<Value, Tensor> || std::same_as<Value, std::vector<Boxes>> ||
                std::same_as<Value, std::tuple<Boxes, Boxes>>);
  return Gives::own_types;
}

bool same_size(Boxes const& result) { return result.img_size == size_of_x; }
bool same_size(std::vector<Boxes> const& results) {
  return std::all_of(results.begin(), results.end(), [](Boxes const& result) { return same_size(result); });
}
bool same_size(std::tuple<Boxes, Boxes> const& results) {
  return same_size(std::get<0>(results)) && same_size(std::get<1>(results));
}

std::map<std::string_view, Gives> table() {
  std::map<std::string_view, Gives> rows;
  for (auto const& [call, gives] : tensor_operations) rows[call] = gives;
  return rows;
}

}  // namespace

TEST_CASE(
    "L-22 L-25 operations: each call of the table gives the type that stands there, libtorch's values, x's size") {
  std::map<std::string_view, std::vector<Tensor>> expected;
  Calls<Tensor> plain;
  plain.walk([&](std::string_view call, auto run) {
    plain.x = fresh(), plain.y = other();
    expected[call] = tensors_of(run());
  });

  auto const rows = table();
  Calls<Boxes> typed;
  typed.walk([&](std::string_view call, auto run) {
    CAPTURE(call);
    typed.x = boxes(fresh(), size_of_x), typed.y = boxes(other(), {.width = 1, .height = 1});
    auto&& result = run();
    REQUIRE(rows.contains(call));
    CHECK((rows.at(call) == gives<decltype(run())>()));
    CHECK(same_size(result));
    auto const values = tensors_of(result), right = expected[call];
    CHECK(std::equal(values.begin(), values.end(), right.begin(), right.end(), [](Tensor const& a, Tensor const& b) {
      return a.scalar_type() == b.scalar_type() && at::allclose(a.to(at::kDouble), b.to(at::kDouble), 0, 0, true);
    }));
  });
}

TEST_CASE("L-22 operations: each row of the table is called here, once, and its in-place rows give x itself") {
  std::multiset<std::string_view> called;
  Calls<Boxes> typed{.x = boxes(fresh(), size_of_x), .y = boxes(other(), size_of_x)};
  typed.walk([&](std::string_view call, auto) { called.insert(call); });
  typed.plain([&](std::string_view call, auto run) {
    CAPTURE(call);
    called.insert(call);
    CHECK((gives<decltype(run())>() == Gives::plain && table().at(call) == Gives::plain));
  });
  typed.in_place([&](std::string_view call, auto run) {
    CAPTURE(call);
    CHECK((&run() == &typed.x));
  });
  CHECK(called.size() == std::size(tensor_operations));
  for (auto const& row : tensor_operations) CHECK_MESSAGE(called.count(row.call) == 1, std::string(row.call));
}
