// Transforms: small structs, or functions, that are applied to items, to each element of a tuple, and undone.
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/transform/function.hpp>

#include <concepts>
#include <cstdio>
#include <string>
#include <tuple>
#include <vector>

struct Celsius {
  double degrees;
};
struct Room : Celsius {  // a kind of Celsius: what a transform makes of it stays one
  explicit Room(Celsius c) : Celsius(c) {}
};

struct Centre {  // learns its state from data
  double mean = 0;
  template <class Items>
  void setups(Items const& items) {
    for (auto const& item : items) mean += item.degrees / static_cast<double>(items.size());
  }
  Celsius encodes(Celsius x) const { return {x.degrees - mean}; }
  Celsius decodes(Celsius x) const { return {x.degrees + mean}; }
  void serialize(auto& archive) { archive("mean", mean); }  // goes into files with the model
};

struct Noise {  // random, for training items only; one draw serves the whole item
  static constexpr int split_idx = fastxx::Split::train;
  template <class Item>
  double draw(Item const&, fastxx::Random& random) const {
    return random.uniform(-0.5, 0.5);
  }
  Celsius encodes(Celsius x, double drawn) const { return {x.degrees + drawn}; }
};

struct Swap : fastxx::ItemTransform {  // wants the whole tuple
  template <class A, class B>
  std::tuple<B, A> encodes(std::tuple<A, B> const& item) const {
    return {std::get<1>(item), std::get<0>(item)};
  }
};

int main() {
  Centre centre;
  fastxx::setup(centre, std::vector<Celsius>{{18}, {20}, {22}});

  // Each element it takes is changed, the label is left alone, and the Room stays a Room.
  auto const [room, label] = fastxx::encode(centre, std::tuple(Room{{25}}, std::string("kitchen")));
  std::printf("%s: %+.1f from the mean, really %.1f\n", label.c_str(), room.degrees,
              fastxx::decode(centre, room).degrees);

  auto const plain = fastxx::encode(fastxx::transform([](Celsius x) { return fastxx::Exactly{x}; }), room);
  static_assert(std::same_as<decltype(plain), Celsius const>);  // unless the result says Exactly
  std::printf("a plain %+.1f\n", plain.degrees);

  fastxx::Random random = fastxx::Random::of(/*seed=*/42, /*epoch=*/0, /*item=*/7);
  auto const noisy = fastxx::encode(Noise{}, Celsius{20}, {.split_idx = fastxx::Split::train, .random = &random});
  auto const valid = fastxx::encode(Noise{}, Celsius{20}, {.split_idx = fastxx::Split::valid, .random = &random});
  std::printf("training sees %.3f, validation %.3f\n", noisy.degrees, valid.degrees);

  auto const swapped = fastxx::encode(Swap{}, std::tuple(1, std::string("first")));
  auto const halve = fastxx::transform([](int x) { return x / 2; }, [](int x) { return x * 2; });
  std::printf("%s %d\n", std::get<0>(swapped).c_str(), fastxx::decode(halve, fastxx::encode(halve, 8)));
}
