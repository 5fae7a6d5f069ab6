#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What Optimizer and OptimWrapper refuse alike; `who` names the one that was called.
namespace fastxx::detail {

// Each parameter once, and at least one.
void check_parameters(std::string const& who, std::vector<std::vector<Tensor>> const& groups);

// One finite value for all groups or one for each.
void check_hyper(std::string const& who, std::string_view name, std::vector<double> const& values, std::size_t groups);
[[noreturn]] void refuse_hyper(std::string const& who, std::string_view name, std::vector<std::string> const& names);

// The first group that trains after freeze_to(n); a negative n counts from the end.
std::size_t first_trained(std::string const& who, int n, std::size_t groups);
// freeze() leaves the last group alone to train, which takes two.
void check_freeze(std::string const& who, std::size_t groups);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/optim/detail/checks.ipp>
#endif
