// A stranger's program: any header of the lower layer, and libtorch behind it.
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/version.hpp>

#include <iostream>

int main() {
  fastxx::Tensor nothing;
  std::cout << "fastxx " << fastxx::version << '\n';
  try {
    throw fastxx::data_error("consumer.works", {.call = "main"});
  } catch (fastxx::error const& e) {
    return e.key() == "consumer.works" && !nothing.defined() ? 0 : 1;
  }
}
