// expect-only-error: fastxx::TfmdLists\(items, splitter, pipeline\): 'splitter' says which items are for training
#include <fastxx/mid/data/tfmd_lists.hpp>

#include <vector>

using namespace fastxx;

void lists(std::vector<double> const& items) {
  auto const doubled = pipeline([](double x) { return 2 * x; });
#ifdef COMPILES
  TfmdLists const made(items, RandomSplitter{.valid_pct = .2}, doubled);
#else
  TfmdLists const made(items, .2, doubled);
#endif
  (void)made.train();
}
