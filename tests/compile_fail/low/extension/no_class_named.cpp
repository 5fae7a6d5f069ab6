// expect-error: the class is that of the function's first parameter, and this function has none with one type
#include <fastxx/low/extension/extension.hpp>

#include <string>

#ifdef COMPILES
inline constexpr auto shout = fastxx::extension<"shout", std::string>([](auto const& text) { return text + "!"; });
#else
inline constexpr auto shout = fastxx::extension<"shout">([](auto const& text) { return text + "!"; });
#endif
