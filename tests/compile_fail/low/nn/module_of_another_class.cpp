// expect-error: fastxx::Module<Derived>: name the class that derives from it
#include <fastxx/low/nn/module.hpp>

#ifdef COMPILES
struct Net : fastxx::Module<Net> {
#else
struct Unrelated {};
struct Net : fastxx::Module<Unrelated> {
#endif
};
auto net = std::make_shared<Net>();
