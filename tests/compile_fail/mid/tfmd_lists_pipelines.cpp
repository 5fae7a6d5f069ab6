// expect-only-error: the last argument is one pipeline\(\.\.\.\) of the transforms
#include <fastxx/mid/data/tfmd_lists.hpp>

#include <vector>

using namespace fastxx;

void lists(std::vector<double> const& items) {
  auto const twice = [](double x) { return 2 * x; };
#ifdef COMPILES
  TfmdLists const made(items, RandomSplitter{}, pipeline(twice));
#else
  TfmdLists const made(items, RandomSplitter{}, twice);
#endif
  (void)made.train();
}
