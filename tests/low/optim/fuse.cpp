#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <ATen/Parallel.h>
#include <cstring>
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Fused = fastxx::detail::Fused<weight_decay, average_grad, average_sqr_grad, adam_step>;

Fused adam() { return Fused({}, {.dampening = true}, {}, {}); }

/// Memory for one parameter of n floats with `lead` floats before and after that nobody may touch.
struct Memory {
  explicit Memory(std::int64_t n) : size(n), all(at::empty({4, n + 2 * lead})) {
    at::manual_seed(7);
    all.copy_(at::randn_like(all));
    all[3].abs_();
  }
  float* row(int i) { return all[i].data_ptr<float>() + lead; }
  fastxx::detail::FlatJob job() { return {row(0), row(1), {row(2), row(3)}, hypers.data(), 3}; }

  static constexpr std::int64_t lead = 3;
  std::int64_t size;
  at::Tensor all;
  std::vector<double> hypers{1e-2, .1, .9, .99, 1e-5};
};

bool same_bits(at::Tensor const& a, at::Tensor const& b) {
  return a.sizes() == b.sizes() &&
         std::memcmp(a.data_ptr(), b.data_ptr(), static_cast<std::size_t>(a.numel()) * sizeof(float)) == 0;
}

}  // namespace

#if defined(__x86_64__)
TEST_CASE("fuse: the AVX2 variant and the one for every machine give the same bits") {
  if (!fastxx::detail::has_avx2()) return;
  for (std::int64_t n : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 1000, 4097}) {
    CAPTURE(n);
    Memory wide(n), narrow(n);
    adam().on_floats(wide.job(), 0, n, true);
    adam().on_floats(narrow.job(), 0, n, false);
    CHECK(same_bits(wide.all, narrow.all));
    CHECK_FALSE(same_bits(wide.all, Memory(n).all));
  }
}
#endif

TEST_CASE("fuse: nothing outside the parameter is touched, and the gradient is not") {
  for (std::int64_t n : {1, 5, 8, 13}) {
    Memory memory(n);
    auto const before = memory.all.clone();
    adam().on_floats(memory.job(), 0, n);
    auto changed = memory.all.ne(before);
    CHECK(changed.narrow(1, Memory::lead, n).select(0, 0).all().item<bool>());
    changed.narrow(1, Memory::lead, n).zero_();
    CHECK_FALSE(changed.any().item<bool>());
    CHECK(memory.all[1].equal(before[1]));
  }
}

TEST_CASE("fuse: cutting the work anywhere gives the same bits") {
  for (std::int64_t cut : {1, 2, 9, 500, 998}) {
    Memory whole(1000), pieces(1000);
    adam().on_floats(whole.job(), 0, 1000);
    adam().on_floats(pieces.job(), cut, 1000);
    adam().on_floats(pieces.job(), 0, cut);
    CHECK(same_bits(whole.all, pieces.all));
  }
}

TEST_CASE("fuse: tensors of other kinds go through the same formulas") {
  auto const start = at::randn({6, 5}), grad = at::randn({6, 5});
  auto run = [&](auto make) {
    auto p = make(start).requires_grad_();
    auto optimizer = Adam{.wd = .1}.make({{p}});
    for (int i = 1; i <= 3; ++i) {
      p.mutable_grad() = make(grad * i);
      optimizer.step();
    }
    return p.detach().to(at::kDouble);
  };
  auto const exact = run([](at::Tensor const& t) { return t.to(at::kDouble); });
  auto const flat = run([](at::Tensor const& t) { return t.clone(); });
  auto const transposed = run([](at::Tensor const& t) { return t.t().contiguous().t(); });
  auto const strided = run([](at::Tensor const& t) { return at::stack({t, t}, 2).select(2, 1); });
  auto const bfloat = run([](at::Tensor const& t) { return t.to(at::kBFloat16); });
  CHECK_FALSE(at::allclose(exact, start.to(at::kDouble), 0, 1e-4));
  CHECK(at::allclose(flat, exact, 1e-6, 1e-7));
  CHECK(flat.equal(transposed));
  CHECK(at::allclose(strided, exact, 1e-6, 1e-7));
  CHECK(at::allclose(bfloat, exact, 2e-2, 2e-2));
}

TEST_CASE("fuse: a gradient laid out unlike its parameter is read in the right order") {
  auto p = at::zeros({2, 3}).requires_grad_();
  auto const grad = at::arange(6, at::kFloat).view({3, 2}).t();
  Optimizer optimizer(steppers(sgd_step{}), {{p}});
  optimizer.set_hyper("lr", 1.);
  p.mutable_grad() = grad;
  optimizer.step();
  CHECK(p.detach().equal(-grad));
}

TEST_CASE("fuse: the number of threads does not change a bit") {
  auto run = [](int threads) {
    auto const before = at::get_num_threads();
    at::set_num_threads(threads);
    at::manual_seed(3);
    std::vector<at::Tensor> ps;
    for (std::int64_t n : {70001, 3, 1, 40007, 12}) ps.push_back(at::randn({n}).requires_grad_());
    auto optimizer = Adam{}.make({ps});
    for (int i = 0; i < 3; ++i) {
      for (auto& p : ps) p.mutable_grad() = at::randn_like(p);
      optimizer.step();
    }
    at::set_num_threads(before);
    for (auto& p : ps) p = p.detach();
    return at::cat(ps);
  };
  auto const one = run(1);
  CHECK(same_bits(one, run(2)));
  CHECK(same_bits(one, run(3)));
}
