#pragma once

#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/tensor/semantic.hpp>
#include <fastxx/testing/compare.hpp>
#include <fastxx/testing/report.hpp>

#include <concepts>
#include <string>
#include <type_traits>

namespace fastxx::testing {

namespace detail {

// Stands for "there is no metadata": every two are the same.
struct NoMetadata {
  template <class T>
  bool operator()(T const&, T const&) const {
    return true;
  }
};

template <class T, class SameMetadata>
struct TensorLaws {
  T const& sample;
  SameMetadata const& same_metadata;
  Report& report;

  // `op` keeps the type and the metadata, and has the values it has for a plain tensor.
  template <class Op>
  void keeps(std::string const& name, Op const& op) const {
    using Result = std::decay_t<decltype(op(sample))>;
    if constexpr (!std::same_as<Result, T>) {
      report.broken.push_back(name + " gives a " + type_name<Result>() + "; derive from Semantic<" + type_name<T>() +
                              ", " + type_name<typename T::base_type>() + ">");
    } else {
      expect_none(report, name + " gives other values than for a plain tensor", [&] {
        return difference(Tensor(op(sample)), Tensor(op(static_cast<Tensor const&>(sample))), exact);
      });
      expect_none(report, name + " loses the metadata",
                  [&] { return same_metadata(op(sample), sample) ? "" : "they differ from the sample's"; });
    }
  }

  void check() const {
    is_a_strong_typedef();
    keeps("clone()", [](auto const& x) { return x.clone(); });
    keeps("detach()", [](auto const& x) { return x.detach(); });
    keeps("contiguous()", [](auto const& x) { return x.contiguous(); });
    keeps("to(dtype)", [](auto const& x) { return x.to(at::kDouble); });
    keeps("cpu()", [](auto const& x) { return x.cpu(); });
    keeps("view(shape)", [](auto const& x) { return x.contiguous().view({-1}); });
    keeps("reshape(shape)", [](auto const& x) { return x.reshape({-1}); });
    keeps("flatten()", [](auto const& x) { return x.flatten(); });
    keeps("unsqueeze(dim)", [](auto const& x) { return x.unsqueeze(0); });
    keeps("operator[]", [](auto const& x) { return x[0]; });
    keeps("narrow(dim, start, length)", [](auto const& x) { return x.narrow(0, 0, 1); });
    keeps("slice(dim, start, end)", [](auto const& x) { return x.slice(0, 0, 1); });
    keeps("x + number", [](auto const& x) { return x + 1; });
    keeps("number * x", [](auto const& x) { return 2 * x; });
    keeps("x - x", [](auto const& x) { return x - x; });
    keeps("x * tensor", [](auto const& x) { return x * static_cast<Tensor const&>(x); });
    keeps("add_(number)", [](auto const& x) { return x.clone().add_(1); });
  }

  void is_a_strong_typedef() const {
    if (!std::derived_from<T, typename T::base_type> || std::same_as<T, typename T::base_type>)
      report.broken.push_back("its base_type is not a base of it");
    if (std::is_convertible_v<Tensor, T>)
      report.broken.push_back("a tensor becomes one without being asked: make the constructor explicit");
    if (!std::constructible_from<T, Tensor>)
      report.broken.push_back("it cannot be made from a tensor: add `using Semantic::Semantic`");
    if (std::same_as<SameMetadata, NoMetadata> && sizeof(T) != sizeof(Tensor))
      report.broken.push_back("it is larger than a tensor: give the function that compares its metadata");
    if (!std::default_initializable<T>) report.broken.push_back("it has no default constructor");
  }
};

}  // namespace detail

/// Check the laws of a semantic tensor type on a sample of one dimension or more: it is made from a tensor on request
/// only, is as large as one, and operations that keep its type keep the values of libtorch's, and its metadata.
///
/// A type with metadata gives `same_metadata(a, b)`, and may then be larger than a tensor.
/// Source:  fastai 2.7.18 torch_core.py TensorBase for the laws
/// Example: examples/doc/laws.cpp
template <SemanticTensor T, class SameMetadata = detail::NoMetadata>
Report check_tensor_type(T const& sample, SameMetadata const& same_metadata = {}) {
  Report report{.subject = type_name<T>()};
  detail::TensorLaws<T, SameMetadata>{sample, same_metadata, report}.check();
  return report;
}

}  // namespace fastxx::testing
