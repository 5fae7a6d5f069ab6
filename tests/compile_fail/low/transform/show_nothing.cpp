// expect-error: fastxx::Pipeline::show\(\): the item cannot be decoded to a type with a member show\(ctx\)
#include <fastxx/low/transform/pipeline.hpp>

#include <string>

struct Title {
  std::string text;
  std::string show(std::string screen) const { return screen + text; }
};
struct ToIndex {
  int encodes(Title const& title) const { return static_cast<int>(title.text.size()); }
#ifdef COMPILES
  Title decodes(int index) const { return {std::to_string(index)}; }
#endif
};
auto screen = fastxx::pipeline(ToIndex{}).show(3, std::string());
