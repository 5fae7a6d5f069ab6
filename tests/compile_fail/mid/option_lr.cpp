// expect-error: the option 'lr' is called 'lr_max' here
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <tuple>
#include <vector>

void train(std::vector<fastxx::DataLoader<std::vector<std::tuple<at::Tensor, at::Tensor>>>> const& loaders) {
  auto const loss = [](at::Tensor const& prediction, at::Tensor const& target) { return (prediction - target).mean(); };
  fastxx::DataLoaders const dls(loaders);
  fastxx::Learner learn(dls, fastxx::Sequential(torch::nn::Linear(1, 1)), fastxx::loss_func(loss));
#ifdef COMPILES
  learn.fit_one_cycle(5, {.lr_max = 1e-3, .wd = .01});
#else
  learn.fit_one_cycle(5, {.lr = 1e-3, .wd = .01});
#endif
}
