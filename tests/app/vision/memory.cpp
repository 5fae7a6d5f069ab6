#include "../../process.hpp"
#include <fastxx/vision.hpp>

#include <cstdio>
#include <memory>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

struct WatchMemory {
  std::shared_ptr<std::vector<double>> mb = std::make_shared<std::vector<double>>();
  void after_epoch(auto&) { mb->push_back(static_cast<double>(resident_kb()) / 1024); }
};

struct First {
  vision::IdxImages const* all;
  std::size_t size() const { return 3000; }
  auto operator[](std::size_t i) const { return (*all)[i]; }
};

}  // namespace

TEST_CASE("memory: the resident size after epoch 3 is that after epoch 1, to two percent" * doctest::skip(sanitized)) {
  auto const data = vision::fashion_mnist();
  Datasets const dsets(First{&data.train}, RandomSplitter{.valid_pct = .1, .seed = 1}, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {.seed = 1}, batch_tfms(IntToFloatTensor{}, Normalize{}));
  WatchMemory watch;
  Learner learn(dls, vision::small_cnn(dls.c()), metrics(accuracy), callbacks(watch));
  learn.logger = [](auto const&) {};
  learn.fit_one_cycle(3, {.lr_max = 1e-3});
  REQUIRE(watch.mb->size() == 3);
  CHECK((*watch.mb)[0] > 50);
  CHECK((*watch.mb)[2] < 1.02 * (*watch.mb)[0]);
}
