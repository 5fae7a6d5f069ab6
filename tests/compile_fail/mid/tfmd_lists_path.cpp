// expect-only-error: fastxx::TfmdLists\(items, splitter, pipeline\): 'items' must have size\(\)
#include <fastxx/mid/data/files.hpp>
#include <fastxx/mid/data/tfmd_lists.hpp>

#include <filesystem>
#include <string>

using namespace fastxx;

void lists(std::string const& folder) {
  auto const stem = pipeline([](std::filesystem::path const& file) { return file.stem().string(); });
#ifdef COMPILES
  TfmdLists const made(get_files(folder), stem);
#else
  TfmdLists const made(folder, stem);
#endif
  (void)made.train();
}
