// What a fit saw and what the model said: every batch for a test, and the predictions after each epoch.
#include <fastxx/mid.hpp>

#include <cstdio>

using namespace fastxx;

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> batches;
  for (int i = 0; i < 4; ++i) batches.emplace_back(at::full({2, 1}, .1 * i), at::full({2, 1}, .2 * i));
  set_seed(1);
  Learner learn(loaders_of(batches, batches), Sequential(torch::nn::Linear(1, 1)), loss_func(MSELossFlat{}));

  // Copies share what they keep: these read what their copies in the fit have seen.
  CollectData const collected;
  FetchPreds const fetched({.train = true});
  learn.fit(2, .1, callbacks(collected, fetched));

  for (auto const& batch : collected.batches())
    if (batch.training) std::printf("loss %.4f of %ld items\n", batch.loss.item<double>(), long(batch.pred.size(0)));
  auto const& all = fetched.preds();
  std::printf("%ld training items, mean error %.3f\n", long(all.preds.size(0)),
              (all.preds - all.targs).abs().mean().item<double>());
}
