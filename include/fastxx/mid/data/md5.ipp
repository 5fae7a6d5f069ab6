#pragma once

#include <fastxx/mid/data/md5.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fastxx::detail {

using Md5State = std::array<std::uint32_t, 4>;

// RFC 1321 defines its 64 constants as the first 32 bits of |sin(1)|, |sin(2)|, ..., which a double has exactly.
inline std::array<std::uint32_t, 64> const& md5_constants() {
  static auto const constants = [] {
    std::array<std::uint32_t, 64> values{};
    for (std::size_t i = 0; i < 64; ++i)
      values[i] =
          static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
    return values;
  }();
  return constants;
}

inline void md5_block(Md5State& state, unsigned char const* block) {
  static constexpr int turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < 64; ++i) words[i / 4] |= std::uint32_t{block[i]} << i % 4 * 8;
  auto const& constants = md5_constants();
  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    std::size_t const round = i / 16;
    std::uint32_t const mixed = round == 0   ? (b & c) | (~b & d)
                                : round == 1 ? (b & d) | (c & ~d)
                                : round == 2 ? b ^ c ^ d
                                             : c ^ (b | ~d);
    std::size_t const word = (round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i) % 16;
    std::uint32_t const next = b + std::rotl(a + mixed + constants[i] + words[word], turns[round][i % 4]);
    a = d, d = c, c = b, b = next;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

inline std::string md5(std::string_view bytes) {
  Md5State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::uint64_t const bits = bytes.size() * 8;
  auto const take = [&state](std::string_view block) {
    md5_block(state, reinterpret_cast<unsigned char const*>(block.data()));
  };
  for (; bytes.size() >= 64; bytes.remove_prefix(64)) take(bytes.substr(0, 64));
  // The end: a one, zeros up to eight bytes before the end of a block, the number of bits.
  std::string tail(bytes);
  tail += '\x80';
  while (tail.size() % 64 != 56) tail += '\0';
  for (int shift = 0; shift < 64; shift += 8) tail += static_cast<char>(bits >> shift & 255);
  for (std::size_t at = 0; at < tail.size(); at += 64) take(std::string_view(tail).substr(at, 64));
  std::string digits;
  for (std::uint32_t const word : state)
    for (int shift : {4, 0, 12, 8, 20, 16, 28, 24}) digits += "0123456789abcdef"[word >> shift & 15];
  return digits;
}

}  // namespace fastxx::detail
