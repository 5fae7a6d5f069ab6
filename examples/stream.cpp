// A stream longer than memory: lines of a file, read one after another while earlier ones are parsed and trained on.
#include <fastxx/mid.hpp>

#include <fstream>
#include <iostream>
using namespace fastxx;
auto lines_of(std::filesystem::path const& path) {  // begins an epoch: a function that gives a line, or none at the end
  return [path](std::int64_t) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("no file " + path.string());
    return [file = std::move(file), line = std::string()]() mutable {
      return std::getline(file, line) ? std::optional(line) : std::nullopt;
    };
  };
}
struct Parse {  // "x1,x2,y" -> ({x1, x2}, y), in the workers
  std::pair<std::array<float, 2>, float> encodes(std::string const& line) const {
    float x1 = 0, x2 = 0, y = 0;
    if (std::sscanf(line.c_str(), "%f,%f,%f", &x1, &x2, &y) == 3) return {{x1, x2}, y};
    throw std::invalid_argument(line + " are not 3 numbers");
  }
};
void make_file(std::filesystem::path const& path, std::int64_t lines) {
  std::ofstream file(path);
  for (Random random(1); lines > 0; --lines) {
    double const x1 = random.uniform(-1, 1), x2 = random.uniform(-1, 1);
    file << x1 << ',' << x2 << ',' << (lines == 77777 ? "?" : std::to_string(2 * x1 - 3 * x2 + .5)) << '\n';
  }
}
int main(int argc, char** argv) {
  return run_program([&] {
    if (argc == 1) make_file("stream.csv", 500000);
    auto const lines = iterable_dataset(lines_of(argc > 1 ? argv[1] : "stream.csv"), {.size = 500000});
    LoaderOptions const options{.batch_size = 256, .workers = 2, .shuffle = true, .on_item_error = OnItemError::skip};
    DataLoaders const dls(DataLoader(lines, options, item_tfms(Parse{})));
    Learner learn(dls, Sequential(torch::nn::Linear(2, 1)), loss_func(MSELossFlat{}));
    learn.fit_one_cycle(1, {.lr_max = .1});
    for (auto const& parameter : learn.model->parameters()) std::cout << parameter << std::endl;
  });
}
