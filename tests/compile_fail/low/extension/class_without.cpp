// expect-error: fastxx: this extension is not declared for the class of its first argument
#include <fastxx/low/extension/extension.hpp>

#include <string>

inline constexpr auto shout = fastxx::extension<"shout">([](std::string const& text) { return text + "!"; });
#ifdef COMPILES
auto const text = shout(std::string("hi"));
#else
auto const text = shout(42);
#endif
