// A stream longer than memory: lines of a file, read one after another while earlier ones are parsed and trained on.
#include <fastxx/mid.hpp>

#include <fstream>
#include <iostream>
using namespace fastxx;

struct Lines {  // begins an epoch: a function that gives a line at each call, none at the end
  std::filesystem::path path;
  auto operator()(std::int64_t) const {
    return [file = std::ifstream(path), line = std::string()]() mutable {
      return std::getline(file, line) ? std::optional(line) : std::nullopt;
    };
  }
};
struct Parse {  // "x1,x2,y" -> ({x1, x2}, y), in the workers
  std::pair<std::array<float, 2>, float> encodes(std::string const& line) const {
    float x1 = 0, x2 = 0, y = 0;
    if (std::sscanf(line.c_str(), "%f,%f,%f", &x1, &x2, &y) != 3)
      throw std::invalid_argument(line + " are not 3 numbers");
    return {{x1, x2}, y};
  }
};

int main(int argc, char** argv) {
  return run_program([&] {
    std::filesystem::path path = argc > 1 ? argv[1] : "stream.csv";
    std::int64_t const size = argc > 2 ? std::stoll(argv[2]) : 500000;  // lines in an epoch
    if (argc == 1) {
      std::ofstream file(path);
      Random random(1);
      for (std::int64_t i = 0; i < size; ++i) {
        double const x1 = random.uniform(-1, 1), x2 = random.uniform(-1, 1);
        file << x1 << ',' << x2 << ',' << (i == 77777 ? "?" : std::to_string(2 * x1 - 3 * x2 + .5)) << '\n';
      }
    }
    auto const lines = iterable_dataset(Lines{path}, {.size = size, .shuffle_buffer = 10000});
    LoaderOptions const options{.batch_size = 256, .workers = 2, .shuffle = true, .on_item_error = OnItemError::skip};
    DataLoaders const dls(DataLoader(lines, options, item_tfms(Parse{})));
    Learner learn(dls, Sequential(torch::nn::Linear(2, 1)), loss_func(MSELossFlat{}));
    learn.fit_one_cycle(1, {.lr_max = .1});
    std::cout << "y = " << learn.model->parameters()[0] << " x + " << learn.model->parameters()[1] << std::endl;
  });
}
