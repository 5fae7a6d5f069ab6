// What each operation on a semantic tensor gives: the table that the tests walk.
#include <fastxx/low/tensor/operations.hpp>

#include <cstdio>
#include <string>

int main() {
  char const* names[] = {"its type", "several of its type", "itself", "torch::Tensor"};
  for (auto const& [call, gives] : fastxx::tensor_operations)
    std::printf("%-44s %s\n", std::string(call).c_str(), names[static_cast<int>(gives)]);
}
