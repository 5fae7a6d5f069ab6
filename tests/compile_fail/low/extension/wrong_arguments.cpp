// expect-error: fastxx: the extension is declared for this class, but not with these arguments
#include <fastxx/low/extension/extension.hpp>

#include <string>

inline constexpr auto repeat = fastxx::extension<"repeat">([](std::string const& text, int) { return text; });
#ifdef COMPILES
auto const text = repeat(std::string("hi"), 2);
#else
auto const text = repeat(std::string("hi"), "2");
#endif
