#pragma once
#include <fastxx/low/nn.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <memory>

struct MixedNet : fastxx::Module<MixedNet> {
  fastxx::Tensor forward(fastxx::Tensor const& x) { return x + 2; }
};

fastxx::Tensor forward_in_other_file(MixedNet& net);
