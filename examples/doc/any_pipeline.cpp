// A pipeline put together at run time, from names in a configuration; the types an item may have are a closed list.
#include <fastxx/low/transform/any.hpp>

#include <cassert>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

using Text = std::string;
using Stage = fastxx::AnyTransform<Text, int>;

struct Length {
  int encodes(Text const& text) const { return static_cast<int>(text.size()); }
};
struct Centre {
  int mean = 0;
  template <class Items>
  void setups(Items const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) mean += items[i];
    mean /= static_cast<int>(items.size());
  }
  int encodes(int x) const { return x - mean; }
  int decodes(int x) const { return x + mean; }
  void serialize(auto& archive) { archive("mean", mean); }
};

int main() {
  std::map<Text, std::function<Stage()>> const known{
      {"length", [] { return Length{}; }},
      {"centre", [] { return Centre{}; }},
      {"twice", [] { return fastxx::transform([](int x) { return 2 * x; }, [](int x) { return x / 2; }); }},
  };
  fastxx::AnyPipeline<Text, int> tfms;
  for (auto const* name : {"length", "centre", "twice"}) tfms.add(known.at(name)());

  tfms.setup(std::vector<Text>{"four", "sixsix"});  // Centre sees lengths, their mean is 5
  int const encoded = std::get<int>(tfms(Text("eighteen")));
  int const length = std::get<int>(tfms.decode(encoded));
  std::printf("%s\n\"eighteen\" is %d, and %d letters long\n", tfms.to_string().c_str(), encoded, length);
  assert(encoded == 6 && length == 8);
}
