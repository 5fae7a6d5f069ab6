// A pipeline of five transforms over (image, label), encoded and decoded, beside the same ten functions written out by
// hand; and five arithmetic transforms on plain numbers. With FASTXX_COUNT_INSTRUCTIONS=1 in the environment (and
// valgrind on the machine, which takes minutes to start libtorch) the instructions of the first pair are counted too.
#include "compare.hpp"
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

using namespace fastxx;

namespace {

using Batch = std::tuple<TensorImage, TensorCategory>;

struct Mirror {
  static constexpr int order = 20;
  TensorImage encodes(TensorImage const& x) const { return x.flip({3}); }
  TensorImage decodes(TensorImage const& x) const { return x.flip({3}); }
};
struct Darker {
  static constexpr int order = 30;
  TensorImage encodes(TensorImage const& x) const { return x * 0.5; }
  TensorImage decodes(TensorImage const& x) const { return x * 2.0; }
};
struct NextClass {
  static constexpr int order = 40;
  TensorCategory encodes(TensorCategory const& x) const { return x + 1; }
  TensorCategory decodes(TensorCategory const& x) const { return x - 1; }
};

struct Five {
  IntToFloatTensor to_float = {};
  Mirror mirror = {};
  Darker darker = {};
  NextClass next = {};
  Normalize normalize = Normalize::from_stats({0.3}, {0.2});
};

// One step after another, so that each intermediate result is freed as soon as it is used.
Batch by_hand(Five const& t, Batch const& batch) {
  TensorImage image = t.to_float.encodes(std::get<0>(batch));
  image = t.mirror.encodes(image);
  image = t.darker.encodes(image);
  TensorCategory label = t.next.encodes(std::get<1>(batch));
  image = t.normalize.encodes(image);
  image = t.normalize.decodes(image);
  label = t.next.decodes(label);
  image = t.darker.decodes(image);
  image = t.mirror.decodes(image);
  return {t.to_float.decodes(image), std::move(label)};
}

auto five_stages(Five const& t) { return pipeline(t.to_float, t.mirror, t.darker, t.next, t.normalize); }
using FiveStages = decltype(five_stages(Five{}));

Batch by_pipeline(FiveStages const& stages, Batch const& batch) { return stages.decode(stages(batch)); }

Batch a_batch() {
  at::manual_seed(0);
  return {TensorImage(at::randint(256, {16, 1, 28, 28}).to(at::kByte)),
          TensorCategory(at::randint(10, {16}, at::kLong))};
}

// Stages of plain numbers.
struct Scale {
  double encodes(double x) const { return x * 3; }
  double decodes(double x) const { return x / 3; }
};
struct Shift {
  double encodes(double x) const { return x + 2; }
  double decodes(double x) const { return x - 2; }
};
struct Halve {
  double encodes(double x) const { return x / 2; }
  double decodes(double x) const { return x * 2; }
};
struct Negate {
  double encodes(double x) const { return -x; }
  double decodes(double x) const { return -x; }
};
struct Add {
  int by = 1;
  int encodes(int x) const { return x + by; }
  int decodes(int x) const { return x - by; }
};
using Pair = std::tuple<double, int>;

[[gnu::noinline]] Pair numbers_by_pipeline(Pair const& x) {
  constexpr auto stages = pipeline(Scale{}, Shift{}, Halve{}, Negate{}, Add{});
  return stages.decode(stages(x));
}
[[gnu::noinline]] Pair numbers_by_hand(Pair const& x) {
  double const encoded = Negate{}.encodes(Halve{}.encodes(Shift{}.encodes(Scale{}.encodes(std::get<0>(x)))));
  int const next = Add{}.encodes(std::get<1>(x));
  return {Scale{}.decodes(Shift{}.decodes(Halve{}.decodes(Negate{}.decodes(encoded)))), Add{}.decodes(next)};
}

constexpr int counted_calls = 20;

// What the program does under valgrind: the first call outside the count, then `counted_calls` with it.
[[gnu::noinline]] void count_pipeline(FiveStages const& stages, Batch const& batch) {
  for (int i = 0; i < counted_calls; ++i) by_pipeline(stages, batch);
}
[[gnu::noinline]] void count_by_hand(Five const& five, Batch const& batch) {
  for (int i = 0; i < counted_calls; ++i) by_hand(five, batch);
}

// Instructions of one side, by running this program under valgrind; 0 when that cannot be done.
double instructions(char const* program, char const* side) {
  std::string const command = "FASTXX_COUNT=" + std::string(side) +
                              " OMP_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "
                              "--toggle-collect='*count_" +
                              side + "*' '" + program + "' 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return 0;
  double count = 0;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr)
    if (char const* found = std::strstr(line.data(), "Collected :")) count = std::atof(found + 11);
  return pclose(pipe) == 0 ? count / counted_calls : 0;
}

}  // namespace

int main(int, char** arguments) {
  Five const five;
  FiveStages const stages = five_stages(five);
  Batch const batch = a_batch();

  if (char const* const side = std::getenv("FASTXX_COUNT"); side != nullptr) {
    by_pipeline(stages, batch), by_hand(five, batch);
    std::strcmp(side, "pipeline") == 0 ? count_pipeline(stages, batch) : count_by_hand(five, batch);
    return 0;
  }
  if (!at::equal(std::get<0>(by_pipeline(stages, batch)), std::get<0>(by_hand(five, batch)))) return 1;

  bench::compare(
      {.name = "pipeline5",
       .note = "encode and decode a (16,1,28,28) batch; wanted <= 1.01",
       .rounds = 101,
       .calls = 100},
      [&] { by_pipeline(stages, batch); }, [&] { by_hand(five, batch); });

  double volatile given = 1.5, kept = 0;
  auto run = [&](auto function) {
    return [&, function] {
      for (int i = 0; i < 1000; ++i) kept = std::get<0>(function(Pair(given, i)));
    };
  };
  bench::compare(
      {.name = "pipeline_cpu", .note = "5 arithmetic stages on (double, int), 1000 items", .rounds = 101, .calls = 20},
      run(numbers_by_pipeline), run(numbers_by_hand));

  if (std::getenv("FASTXX_COUNT_INSTRUCTIONS") == nullptr) return 0;
  double const ours = instructions(arguments[0], "pipeline"), other = instructions(arguments[0], "by_hand");
  if (ours > 0 && other > 0)
    bench::report(
        {"pipeline5_instructions", ours, other, "instr", "counted by callgrind, for one batch; wanted within 1 %"});
  else
    std::printf("pipeline5_instructions: valgrind could not count them\n");
}
