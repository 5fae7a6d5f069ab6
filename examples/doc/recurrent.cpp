// A recurrent model: it carries its hidden state from batch to batch, gives three outputs, and is kept from jumping.
#include <fastxx/mid.hpp>

#include <cstdio>

using namespace fastxx;

// Prediction, raw outputs of each layer, the same after dropout.
using Outputs = std::tuple<at::Tensor, std::vector<at::Tensor>, std::vector<at::Tensor>>;

struct CounterImpl : torch::nn::Module, CarriesState {
  Outputs forward(at::Tensor const& x) {  // (N,T,1)
    if (!hidden.defined()) hidden = at::zeros({x.size(0), 4});
    std::vector<at::Tensor> steps;
    for (std::int64_t t = 0; t < x.size(1); ++t)
      steps.push_back(hidden = (from_input->forward(x.select(1, t)) + from_hidden->forward(hidden)).tanh());
    hidden = hidden.detach();  // the next batch goes on from here, its gradient does not
    auto const raw = at::stack(steps, 1), dropped = dropout->forward(raw);
    return {head->forward(dropped), {raw}, {dropped}};
  }
  void reset_state() override { hidden.reset(); }

  torch::nn::Linear from_input = register_module("from_input", torch::nn::Linear(1, 4)),
                    from_hidden = register_module("from_hidden", torch::nn::Linear(4, 4)),
                    head = register_module("head", torch::nn::Linear(4, 1));
  torch::nn::Dropout dropout = register_module("dropout", torch::nn::Dropout(.1));
  at::Tensor hidden;
};
TORCH_MODULE(Counter);

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> batches;  // each goes on where the one before has ended
  for (int i = 0; i < 20; ++i) {
    auto const x = at::arange(8 * i, 8 * i + 9, at::kFloat).div(5).sin().view({1, 9, 1});
    batches.emplace_back(x.slice(1, 0, 8), x.slice(1, 1, 9));
  }
  set_seed(1);
  Learner learn(loaders_of(batches, batches), Counter(), loss_func(MSELossFlat{}));
  learn.fit(3, .01, rnn_cbs(.1, .1));
  std::printf("validation loss %.3f\n", *learn.recorder().values.back()[1]);
}
