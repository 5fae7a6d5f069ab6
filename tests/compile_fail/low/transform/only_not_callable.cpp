// expect-error: fastxx::only<Item>\(function\): the function cannot be called with an Item
#include <fastxx/low/transform/pipeline.hpp>

#include <string>

#ifdef COMPILES
using Item = std::string;
#else
using Item = double;
#endif
auto use() {
  return fastxx::pipeline(fastxx::only<Item>([](std::string const& text) { return text + "!"; }))(Item{});
}
