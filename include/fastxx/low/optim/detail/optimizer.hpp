#pragma once
// The member functions of Optimizer; its description is in <fastxx/low/optim/optimizer.hpp>.

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/optimizer.hpp>

namespace fastxx {

namespace detail {

std::string joined(std::vector<std::string> const& names);

}  // namespace detail

inline void Optimizer::set_hyper(std::string_view name, double value) { set_hyper(name, std::vector<double>{value}); }

template <class Action>
void Optimizer::each_of(std::vector<at::Tensor> const& parameters, Action action) {
  each([&](Slot& slot) {
    for (auto const& parameter : parameters)
      if (slot.p.is_same(parameter)) action(slot);
  });
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/detail/optimizer.ipp>
#endif
