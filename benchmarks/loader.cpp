// 60,000 grey images of 28x28 bytes, held in memory, as shuffled batches of 64: through DataLoader with an item
// pipeline and a batch pipeline, beside a hand-written loop on the main thread that copies the same bytes and does the
// same arithmetic; then copied only, item by item and as whole batches. Rates in images/s: here a larger ratio is better.
#include "compare.hpp"
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

constexpr std::int64_t n_images = 60000, batch_size = 64;
constexpr std::size_t n_bytes = 28 * 28;

struct ImageView {
  std::uint8_t const* bytes;
};

struct Images {
  at::Tensor pixels;  // uint8 (N, 28, 28)
  std::vector<std::int64_t> labels;

  std::size_t size() const { return labels.size(); }
  std::pair<ImageView, std::int64_t> operator[](std::size_t index) const {
    return {{pixels.data_ptr<std::uint8_t>() + index * n_bytes}, labels[index]};
  }
};

// The same, a batch at once.
struct WholeImages : Images {
  std::pair<fastxx::TensorImageBW, at::Tensor> batch(std::span<std::int64_t const> indices) const {
    auto const n = static_cast<std::int64_t>(indices.size());
    auto x = at::empty({n, 1, 28, 28}, at::kByte);
    auto y = at::empty({n}, at::kLong);
    auto* out = x.data_ptr<std::uint8_t>();
    auto* label = y.data_ptr<std::int64_t>();
    auto const* in = pixels.data_ptr<std::uint8_t>();
    for (auto const index : indices) {
      std::memcpy(out, in + static_cast<std::size_t>(index) * n_bytes, n_bytes);
      out += n_bytes;
      *label++ = labels[static_cast<std::size_t>(index)];
    }
    return {fastxx::TensorImageBW(std::move(x)), std::move(y)};
  }
};

// An item transform that costs next to nothing, so that what is measured is the loader.
struct LabelFromOne {
  std::int64_t encodes(std::int64_t label) const { return label + 1; }
};

struct ScaleAndNormalize {
  fastxx::TensorImageBW encodes(fastxx::TensorImageBW const& x) const {
    return fastxx::TensorImageBW(x.tensor().to(at::kFloat).mul_(1. / 255).sub_(.286).div_(.353));
  }
};

Images make_images() {
  at::manual_seed(1);
  Images images{at::randint(256, {n_images, 28, 28}, at::kByte), std::vector<std::int64_t>(n_images)};
  for (std::size_t i = 0; i < images.labels.size(); ++i) images.labels[i] = static_cast<std::int64_t>(i % 10);
  return images;
}

// The loop somebody would write by hand. Gives back the number of images.
template <class BatchWork>
std::int64_t by_hand(Images const& images, std::uint64_t epoch, BatchWork work) {
  auto const order = fastxx::Random(epoch).permutation(n_images);
  auto const* source = images.pixels.data_ptr<std::uint8_t>();
  std::int64_t seen = 0;
  for (std::int64_t first = 0; first + batch_size <= n_images; first += batch_size) {
    auto x = at::empty({batch_size, 1, 28, 28}, at::kByte);
    auto y = at::empty({batch_size}, at::kLong);
    auto* pixels = x.data_ptr<std::uint8_t>();
    auto* labels = y.data_ptr<std::int64_t>();
    for (std::int64_t i = first; i < first + batch_size; ++i, pixels += n_bytes, ++labels) {
      auto const index = static_cast<std::size_t>(order[static_cast<std::size_t>(i)]);
      std::memcpy(pixels, source + index * n_bytes, n_bytes);
      *labels = images.labels[index] + 1;
    }
    seen += work(std::move(x)).size(0);
  }
  return seen;
}

template <class Loader>
std::int64_t by_loader(Loader const& loader) {
  std::int64_t seen = 0;
  for (auto& [x, y] : loader) seen += x.size(0);
  return seen;
}

// Epochs in turns; the median rates.
template <class Ours, class Other>
void compare_rates(std::string const& name, std::string const& note, Ours ours, Other other) {
  constexpr int rounds = 31;
  std::vector<double> our_rates, other_rates;
  std::int64_t seen = 0;
  for (int round = -1; round < rounds; ++round) {
    auto one = [&] { seen = ours(); };
    auto two = [&] { seen = other(); };
    double const a = fastxx::bench::seconds(one, 1);
    double const our_rate = static_cast<double>(seen) / a;
    double const b = fastxx::bench::seconds(two, 1);
    if (round < 0) continue;
    our_rates.push_back(our_rate);
    other_rates.push_back(static_cast<double>(seen) / b);
  }
  fastxx::bench::report({.name = name,
                         .ours = fastxx::bench::median(our_rates),
                         .other = fastxx::bench::median(other_rates),
                         .unit = "images/s",
                         .note = "larger is better; " + note});
}

}  // namespace

template <>
struct fastxx::collate_for<ImageView> {
  static TensorImageBW collate(std::vector<ImageView> const& items) {
    auto batch = at::empty({static_cast<std::int64_t>(items.size()), 1, 28, 28}, at::kByte);
    auto* out = batch.data_ptr<std::uint8_t>();
    for (auto const& item : items) {
      std::memcpy(out, item.bytes, n_bytes);
      out += n_bytes;
    }
    return TensorImageBW(std::move(batch));
  }
};

int main() {
  at::set_num_threads(1);
  auto const images = make_images();
  auto const items = fastxx::item_tfms(LabelFromOne{});
  auto const batches = fastxx::batch_tfms(ScaleAndNormalize{});
  std::uint64_t epoch = 0;
  auto normalize = [](at::Tensor x) { return x.to(at::kFloat).mul_(1. / 255).sub_(.286).div_(.353); };
  auto nothing = [](at::Tensor x) { return x; };
  WholeImages const whole_images{images};
  for (int workers : {2, 0}) {
    fastxx::LoaderOptions const options{.batch_size = batch_size, .workers = workers, .shuffle = true};
    fastxx::DataLoader full(images, options, items, batches);
    fastxx::DataLoader by_item(images, options, items);
    fastxx::DataLoader whole(whole_images, options);
    static_assert(decltype(whole)::whole_batches && !decltype(by_item)::whole_batches);
    auto const suffix = workers == 0 ? std::string("_0_workers") : "";
    auto const with = std::to_string(workers) + " workers, consumer that only counts; other: main thread alone; ";
    compare_rates(
        "loader" + suffix, with + "copy, then normalise the batch on the main thread", [&] { return by_loader(full); },
        [&] { return by_hand(images, epoch++, normalize); });
    compare_rates(
        "loader_copy_only" + suffix, with + "copy only, the dataset gives whole batches",
        [&] { return by_loader(whole); }, [&] { return by_hand(images, epoch++, nothing); });
    compare_rates(
        "loader_by_item" + suffix, with + "copy only, item by item: an image costs less than handing it over",
        [&] { return by_loader(by_item); }, [&] { return by_hand(images, epoch++, nothing); });
  }
}
