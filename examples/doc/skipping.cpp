// What a loader does about items that cannot be read, or shall not be.
#include <fastxx/mid/data/loader.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

struct Readings {
  std::size_t size() const { return 10; }
  float operator[](std::size_t index) const {
    if (index == 3) throw std::runtime_error("the sensor was off");
    if (index == 6) throw fastxx::SkipItem("a test signal");
    return static_cast<float>(index);
  }
};

int main() {
  fastxx::DataLoader const loader(
      Readings{}, {.batch_size = 4, .workers = 2, .on_item_error = fastxx::OnItemError::skip, .timeout = 60});
  for (auto const& batch : loader) std::cout << batch.size(0) << " readings\n";
  std::cout << loader.skipped() << '\n';

  try {  // without the option an item that throws stops the loop; SkipItem never does
    for (auto const& batch : fastxx::DataLoader(Readings{}, {.batch_size = 4})) std::cout << batch.size(0) << '\n';
  } catch (fastxx::data_error const& e) {
    std::cout << e.what() << '\n';
  }
}
