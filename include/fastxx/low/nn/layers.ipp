#pragma once

#include <fastxx/low/nn/layers.hpp>

namespace fastxx {

FASTXX_INLINE ConvLayer::ConvLayer(std::int64_t ni, std::int64_t nf, ConvLayerOptions const& options)
    : Sequential(SequentialImpl()) {
  bool const normalised = options.norm != NormType::none;
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(ni, nf, options.ks)
                             .stride(options.stride)
                             .padding(options.padding.value_or((options.ks - 1) / 2))
                             .bias(options.bias.value_or(!normalised)));
  init(conv, options);
  get()->push_back(conv);
  auto add_act = [&] {
    if (options.act) get()->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
  };
  auto add_norm = [&] {
    if (normalised) get()->push_back(batch_norm<torch::nn::BatchNorm2d>(nf, options.norm));
  };
  if (options.bn_1st) {
    add_norm();
    add_act();
  } else {
    add_act();
    add_norm();
  }
}

FASTXX_INLINE void ConvLayer::init(torch::nn::Conv2d& conv, ConvLayerOptions const& options) {
  torch::NoGradGuard guard;
  if (options.act) torch::nn::init::kaiming_uniform_(conv->weight, 0);
  if (!conv->bias.defined()) return;
  if (options.bias_std == 0)
    conv->bias.zero_();
  else
    torch::nn::init::normal_(conv->bias, 0, options.bias_std);
}

FASTXX_INLINE LinBnDrop::LinBnDrop(std::int64_t n_in, std::int64_t n_out, LinBnDropOptions const& options)
    : Sequential(SequentialImpl()) {
  auto add_norm_and_drop = [&] {
    if (options.bn) get()->push_back(batch_norm<torch::nn::BatchNorm1d>(options.lin_first ? n_out : n_in));
    if (options.p > 0) get()->push_back(torch::nn::Dropout(options.p));
  };
  if (!options.lin_first) add_norm_and_drop();
  get()->push_back(torch::nn::Linear(torch::nn::LinearOptions(n_in, n_out).bias(!options.bn)));
  if (options.act) get()->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
  if (options.lin_first) add_norm_and_drop();
}

}  // namespace fastxx
