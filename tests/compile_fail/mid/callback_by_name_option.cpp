// expect-error: an option is a bool, a number, a std::string, a path, or a std::optional or
#include <fastxx/mid/callbacks_by_name.hpp>

enum class Size { small, large };

void choose(fastxx::CallbackOptions& read) {
  Size size = Size::small;
#ifdef COMPILES
  read.choice("size", size, {{"small", Size::small}, {"large", Size::large}});
#else
  read("size", size);
#endif
}
