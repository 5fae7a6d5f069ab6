// Weights from Python and back: a state dict of torch.save into a model, by name.
#include <fastxx/low/io/torch_file.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/nn/state.hpp>

#include <filesystem>
#include <iostream>

using namespace fastxx;

int main() {
  auto const path = std::filesystem::temp_directory_path() / "fastxx_weights.pth";
  Sequential const trained(torch::nn::Linear(3, 2), torch::nn::ReLU());
  save_torch(path, state_dict(*trained));  // in Python: torch.load("weights.pth", weights_only=True)

  Sequential other(torch::nn::Linear(3, 2), torch::nn::ReLU());
  load_state_dict(*other, load_torch_tensors(path));  // a checkpoint's "model" or "state_dict" as well
  std::cout << std::boolalpha << other->parameters()[0].equal(trained->parameters()[0]) << '\n';

  // Whatever else a file holds comes as plain data; nothing in it is executed.
  TorchValue const all = load_torch(path);
  if (auto const* weight = all.find("0.weight")) std::cout << weight->get_if<Tensor>()->sizes() << '\n';
  std::filesystem::remove(path);
}
