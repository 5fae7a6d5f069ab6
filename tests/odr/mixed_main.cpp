// One file of a program compiled with FASTXX_COMPILED, the other without: a hook that one sets is heard in the other.
#define FASTXX_COMPILED
#include "mixed.hpp"

int main() {
  auto const net = std::make_shared<MixedNet>();
  auto const hook = fastxx::hook_output(net);
  forward_in_other_file(*net);
  return hook.stored().item<double>() == 3 ? 0 : 1;
}
