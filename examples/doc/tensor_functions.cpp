// Small functions on tensors, under fastai's names.
#include <fastxx/low/tensor/create.hpp>
#include <fastxx/low/tensor/functions.hpp>
#include <fastxx/low/tensor/types.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

int main() {
  using fastxx::tensor;
  fastxx::TensorBase const hours(tensor(0.5, 3, 30));
  auto const degrees = fastxx::interp_1d(hours, {.xp = tensor(0., 1., 24.), .fp = tensor(10., 12., 35.)});
  std::cout << degrees << "\n";  // outside the curve its end slopes go on

  auto const rows = tensor(std::vector<std::vector<double>>{{0, 0, 1}, {1, 1, 1}, {2, 2, 1}});
  std::cout << fastxx::TensorBase(fastxx::pca(rows, 1).abs()) << "\n";  // all that differs lies on one line

  std::cout << fastxx::TensorBase(fastxx::logit(tensor(0.5, 1.))) << "\n";  // 1 gives a number, not infinity

  std::vector<std::string> const animals = {"cat", "dog", "elk"};
  auto const encoded = fastxx::one_hot(tensor(0, 2), 3);
  std::cout << fastxx::TensorMultiCategory(encoded);
  for (auto const& animal : fastxx::one_hot_decode(encoded, animals)) std::cout << " " << animal;
  std::cout << "\n";
  if (!fastxx::all_equal(encoded, tensor(1, 0, 1))) return EXIT_FAILURE;
}
