// expect-only-error: n_inp<N>\(\) stands before the pipelines
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/datasets.hpp>

#include <tuple>
#include <vector>

auto datasets(std::vector<std::tuple<int, int>> const& items) {
  auto const first = fastxx::pipeline(fastxx::ItemGetter<0>{}), second = first;
#ifdef COMPILES
  fastxx::Datasets const made(items, fastxx::RandomSplitter{}, fastxx::n_inp<1>(), first, second);
#else
  fastxx::Datasets const made(items, fastxx::RandomSplitter{}, first, second, fastxx::n_inp<1>());
#endif
  return made.train().size();
}
