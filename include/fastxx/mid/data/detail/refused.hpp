#pragma once

#include <fastxx/low/torch/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

// What stands in the place of something that a sentence of the compiler has refused, lest more errors follow. Nothing
// here has a body: no program that names it compiles.
namespace fastxx::detail {

template <class T>
T never();

struct AnyLoaders {
  using batch_type = std::tuple<Tensor, Tensor>;
  static constexpr std::size_t n_inp = 1;
  std::vector<batch_type>& train() const;
  std::vector<batch_type>& valid() const;
  std::int64_t c() const;
};
// Loaders about which the sentence has been said already.
struct RefusedLoaders : AnyLoaders {};

}  // namespace fastxx::detail
