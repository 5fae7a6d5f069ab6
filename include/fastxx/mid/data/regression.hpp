#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace fastxx {

/// Numbers that show themselves as a title: "0.5", or "(0.5, 2)" for several.
///
/// Source:  fastai 2.7.18 torch_core.py TitledFloat, TitledTuple
/// Example: examples/doc/data_block.cpp
struct TitledNumbers : std::vector<double> {
  using vector::vector;

  std::string to_string() const;

  template <class Context>
  requires requires(Context& context, std::string const& text) { context.title(text); }
  Context show(Context context) const {
    context.title(to_string());
    return context;
  }
};

/// Targets that are numbers, one or several of an item.
///
/// Shapes:  a number -> float, in a batch (N); a std::vector, array, tuple or Tensor of c numbers -> (c), in a batch (N,c)
/// Dtypes:  numbers of any type -> float32; decode: -> TitledNumbers
/// Errors:  data_error [regression.size] for an item with another number of numbers, [regression.nan] for one that is none
///          or infinite
/// Source:  fastai 2.7.18 data/transforms.py RegressionSetup; carries the loss function of its targets
/// Example: examples/doc/data_block.cpp
struct RegressionSetup : ItemTransform {
  static constexpr bool checks_items = true;
  using encoded_type = Tensor;  // in a batch numbers are one as well
  std::int64_t n_out = 0;       ///< numbers of an item; 0: as many as the first one has
  MSELossFlat loss_func = {};

  RegressionSetup() = default;
  explicit RegressionSetup(std::int64_t n) : n_out(n) {}

  template <class Targets>
  void setups(Targets const& targets) {
    if (n_out > 0) return;
    auto const first = encodes(targets[0]);
    if constexpr (std::is_same_v<std::decay_t<decltype(first)>, float>)
      n_out = 1;
    else
      n_out = first.numel();
  }

  template <class Number>
  requires std::is_arithmetic_v<Number>
  float encodes(Number number) const { return checked(static_cast<float>(number)); }
  template <class Number, std::size_t N>
  requires std::is_arithmetic_v<Number> Tensor encodes(std::array<Number, N> const& numbers)
  const { return checked(at::tensor(std::vector<float>(numbers.begin(), numbers.end()))); }
  template <class Number>
  requires std::is_arithmetic_v<Number> Tensor encodes(std::vector<Number> const& numbers)
  const { return checked(at::tensor(std::vector<float>(numbers.begin(), numbers.end()))); }
  template <class... Numbers>
  requires(std::is_arithmetic_v<Numbers>&&...) Tensor encodes(std::tuple<Numbers...> const& numbers)
  const {
    return std::apply([this](auto... number) { return checked(at::tensor({static_cast<float>(number)...})); }, numbers);
  }
  Tensor encodes(Tensor const& numbers) const { return checked(numbers.to(at::kFloat)); }
  /// A whole batch of numbers.
  Tensor encodes_batch(Tensor const& numbers) const { return numbers.to(at::kFloat); }

  TitledNumbers decodes(Tensor const& numbers) const;

  /// How many numbers a model gives.
  std::int64_t c() const { return n_out; }

  void serialize(auto& archive) { archive("n_out", n_out); }

 private:
  void check_count(std::int64_t got) const;
  [[noreturn]] static void refuse(std::string got);
  float checked(float number) const;
  Tensor checked(Tensor numbers) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/regression.ipp>
#endif
