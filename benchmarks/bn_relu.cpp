// Batch normalisation and ReLU in training, forward and backward, the gradients dropped as between two steps: one
// pass of ours against libtorch's BatchNorm2d and relu_. Both find their memory where the last round left it
// (keep_freed_memory), which helps libtorch more: it takes more of it. bn_fused is a foreign network after fuse_norm_act: its
// norm is ours, its relu_ stays libtorch's.

#include "compare.hpp"
#include <fastxx/low/core/memory.hpp>
#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/fuse_norm_act.hpp>

#include <ATen/Parallel.h>

namespace {

struct Network {
  torch::nn::BatchNorm2d norm;
  at::Tensor x;

  Network(std::vector<std::int64_t> const& shape) : norm(shape[1]) {
    at::manual_seed(1);
    x = at::randn(shape).requires_grad_();
  }
  void backward(at::Tensor const& y, at::Tensor const& grad) {
    y.backward(grad);
    for (auto p : norm->parameters()) p.mutable_grad() = at::Tensor();
    x.mutable_grad() = at::Tensor();
  }
};

void run(std::vector<std::int64_t> const& shape, std::string const& name, int calls, at::MemoryFormat format) {
  auto const text = std::to_string(shape[0]) + "x" + std::to_string(shape[1]) + "x" + std::to_string(shape[2]) + "x" +
                    std::to_string(shape[3]);
  Network ours(shape), other(shape);
  for (auto* network : {&ours, &other}) network->x = network->x.detach().contiguous(format).requires_grad_();
  auto const grad = at::randn(shape).contiguous(format);
  fastxx::bench::Plan plan{.name = name + text,
                           .unit = calls > 1 ? "us" : "ms",
                           .note = std::to_string(at::get_num_threads()) + " threads; other: BatchNorm2d, relu_",
                           .rounds = 31,
                           .calls = calls};
  fastxx::bench::compare(
      plan, [&] { ours.backward(fastxx::batch_norm_act(ours.norm, ours.x), grad); },
      [&] { other.backward(other.norm(other.x).relu_(), grad); });

  fastxx::fuse_norm_act(ours.norm);
  plan.name = "bn_fused" + plan.name.substr(std::string("bn_relu").size());
  fastxx::bench::compare(
      plan, [&] { ours.backward(ours.norm(ours.x).relu_(), grad); },
      [&] { other.backward(other.norm(other.x).relu_(), grad); });
}

}  // namespace

int main() {
  fastxx::keep_freed_memory();
  at::set_num_threads(2);
  for (auto const format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    std::string const name = format == at::MemoryFormat::Contiguous ? "bn_relu_" : "bn_relu_channels_last_";
    run({64, 8, 14, 14}, name, 40, format);
    run({64, 64, 56, 56}, name, 1, format);
    run({128, 512, 7, 7}, name, 1, format);
  }
}
