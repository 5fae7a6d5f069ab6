// fastuple: a tuple that calculates element by element, and an item of one's own made of it.
#include <fastxx/low/collection/fastuple.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <iostream>
#include <string>

using fastxx::fastuple;

struct Image {
  int pixels;
};
struct Similar {
  bool value;
};

// Two images and whether they show the same; it stays itself through transforms of its elements.
struct SiameseImage : fastuple<Image, Image, Similar> {
  using fastuple::fastuple;
  std::string show(std::string before) const {
    auto const& [first, second, similar] = static_cast<fastuple const&>(*this);
    return before + std::to_string(first.pixels) + (similar.value ? " is like " : " is unlike ") +
           std::to_string(second.pixels);
  }
};

struct Resize {  // sees the two images, one at a time
  int size;
  Image encodes(Image const& image) const { return {image.pixels < size ? image.pixels : size}; }
};

int main() {
  constexpr fastuple t(1, 2, 3);
  static_assert(t.mul(2) == fastuple(2, 4, 6) && t.add(std::tuple(10, 20)) == fastuple(11, 22, 13));
  std::cout << t.mul(2) << " " << t / 2 << " " << -t << " " << t.max(2) << " " << t.lt(2) << "\n";

  SiameseImage const item(Image{90}, Image{20}, Similar{false});
  SiameseImage const small = fastxx::encode(Resize{32}, item);
  std::cout << small.show("resized: ") << "\n";
}
