// A transform with state says once what its state is; the same function saves and loads it.
#include <fastxx/low/io/state.hpp>

#include <iostream>
#include <string>
#include <vector>

struct Shift {
  double by = 0;
  std::vector<std::string> notes = {};

  double encodes(double x) const { return x + by; }
  double decodes(double x) const { return x - by; }
  void serialize(auto& archive) {
    archive("by", by);
    archive("notes", notes);
  }
};

int main() {
  fastxx::SafeTensors file;
  Shift original{.by = 2.5, .notes = {"measured", "twice"}};
  fastxx::StateWriter writer(file, "shift.");
  original.serialize(writer);

  Shift copy;
  fastxx::StateReader reader(file, "shift.", "memory");
  copy.serialize(reader);
  std::cout << copy.encodes(1) << " " << copy.notes[1] << "\n";
}
