#include "../../errors.hpp"
#include <fastxx/mid/data/stream.hpp>

#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <string>
#include <torch/data.h>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

using Batch = std::tuple<Tensor, Tensor>;

// The first element of every batch that comes, one number each.
template <class B>
std::vector<std::int64_t> rest_of(BatchStream<B>& stream) {
  std::vector<std::int64_t> numbers;
  while (B* batch = stream.next()) {
    Tensor const x = std::get<0>(*batch);
    for (std::int64_t i = 0; i < x.size(0); ++i) numbers.push_back(x[i].item<std::int64_t>());
  }
  return numbers;
}

std::vector<std::pair<int, int>> ten_pairs() {
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < 10; ++i) pairs.emplace_back(i, i % 2);
  return pairs;
}

}  // namespace

TEST_CASE("stream: a DataLoader is a stream that starts anywhere, for 0 and 2 workers") {
  for (int workers : {0, 2}) {
    DataLoader const loader(ten_pairs(), {.batch_size = 3, .workers = workers});
    auto stream = make_stream(loader);
    static_assert(std::is_same_v<decltype(stream)::element_type, BatchStream<std::pair<Tensor, Tensor>>>);
    CHECK(stream->size() == 4);
    CHECK(stream->can_seek());
    CHECK(stream->device() == at::Device(at::kCPU));
    CHECK(stream->next() == nullptr);  // nothing has started
    stream->start(0, 0);
    CHECK(rest_of(*stream) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(stream->next() == nullptr);
    stream->start(7, 2);
    CHECK(rest_of(*stream) == std::vector<std::int64_t>{6, 7, 8, 9});
    CHECK(loader.epoch() == 8);
    stream->start(7, 4);
    CHECK(stream->next() == nullptr);
    CHECK(key_of([&] { stream->start(0, 5); }) == "loader.start");
  }
}

TEST_CASE("stream: a vector of batches is a stream, and what was moved from a batch is there in the next epoch") {
  std::vector<Batch> const batches{{at::tensor({1, 2}), at::tensor({0, 0})}, {at::tensor({3}), at::tensor({1})}};
  auto stream = make_stream(batches);
  CHECK(stream->size() == 2);
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    stream->start(epoch, 0);
    Batch const taken = std::move(*stream->next());
    CHECK(at::equal(std::get<0>(taken), at::tensor({1, 2})));
    CHECK(rest_of(*stream) == std::vector<std::int64_t>{3});
  }
}

TEST_CASE("stream: batches of a foreign range go to the device") {
  auto stream = make_stream(std::vector<Batch>{{at::ones({2}), at::ones({2})}}, {.device = at::kMeta});
  stream->start(0, 0);
  CHECK(std::get<1>(*stream->next()).device().is_meta());
  // Where nothing is said they stay: batches that are on a device already are not taken from it.
  auto kept = make_stream(std::vector<Batch>{{at::ones({2}).to(at::kMeta), at::ones({2}).to(at::kMeta)}});
  kept->start(0, 0);
  CHECK(std::get<0>(*kept->next()).device().is_meta());
  CHECK(stream->device()->is_meta());
}

TEST_CASE("stream: a foreign range cannot start in the middle, in one sentence") {
  auto stream = make_stream(std::vector<Batch>(3, {at::ones({2}), at::ones({2})}));
  CHECK_FALSE(stream->can_seek());
  CHECK(key_of([&] { stream->start(0, 1); }) == "stream.seek");
}

TEST_CASE("stream: a data loader of libtorch is a stream of (data, target)") {
  struct Numbers : torch::data::Dataset<Numbers> {
    torch::data::Example<> get(std::size_t index) override {
      auto const number = static_cast<std::int64_t>(index);
      return {at::scalar_tensor(number, at::kLong), at::scalar_tensor(10 * number, at::kLong)};
    }
    c10::optional<std::size_t> size() const override { return 5; }
  };
  auto make = [] {
    return torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        Numbers().map(torch::data::transforms::Stack<>()), 2);
  };
  auto stream = make_stream(make(), {.n_batches = 3});
  static_assert(std::is_same_v<decltype(stream)::element_type, BatchStream<Batch>>);
  CHECK(stream->size() == 3);
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    stream->start(epoch, 0);
    CHECK(rest_of(*stream) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  }
  CHECK(key_of([&] { make_stream(make()); }) == "stream.size");
}
