// expect-error: fastxx: this extension is not declared for the class of its first argument
#include <fastxx/low/extension/extension.hpp>

#include <string>

inline constexpr auto dashes = fastxx::static_extension<"dashes">(
    [](std::type_identity<std::string>, std::size_t count) { return std::string(count, '-'); });
#ifdef COMPILES
auto const text = dashes(fastxx::of<std::string>, 3);
#else
auto const text = dashes(std::string(), 3);
#endif
