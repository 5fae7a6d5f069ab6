#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <cstdint>
#include <vector>

namespace fastxx {

/// A small random stream that is cheap to make: one per item, so that what is drawn for an item depends on the seed,
/// the epoch and the item alone, never on the worker that happened to prepare it.
///
/// Source:  the generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014)
/// Example: examples/doc/transform.cpp
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  /// A stream of its own for (seed, epoch, item): mixing each part in turn keeps neighbours independent.
  static constexpr Random of(std::uint64_t seed, std::uint64_t epoch, std::uint64_t item) {
    Random mix(seed);
    Random mix_epoch(mix.next() ^ epoch);
    return Random(Random(mix_epoch.next() ^ item).next());
  }

  constexpr std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, 1).
  constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Uniform in {0, ..., n-1}; n must be positive. Rejection keeps every value equally likely.
  constexpr std::uint64_t below(std::uint64_t n) {
    std::uint64_t const limit = ~0ULL - ~0ULL % n;
    std::uint64_t draw = next();
    while (draw >= limit) draw = next();
    return draw % n;
  }

  /// Standard normal (Box and Muller 1958).
  double normal();

  constexpr bool bernoulli(double p) { return uniform() < p; }

  /// A random order of 0, ..., n-1 (Fisher and Yates).
  std::vector<std::int64_t> permutation(std::int64_t n);

 private:
  std::uint64_t state_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/core/random.ipp>
#endif
