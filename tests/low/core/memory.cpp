// clang-format off: this header stands first, for it must find out by itself which C library this is
#include <fastxx/low/core/memory.hpp>
// clang-format on

#include "../../process.hpp"

#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <sys/resource.h>

namespace {

// Pages the kernel had to hand out while a large block was taken, filled and freed again and again.
long faults_of_blocks() {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  for (int i = 0; i < 20; ++i) {
    auto* const block = static_cast<char*>(std::malloc(48 << 20));
    std::memset(block, i, 48 << 20);
    asm volatile("" : : "r"(block) : "memory");  // the compiler may not drop a block nobody reads
    std::free(block);
  }
  getrusage(RUSAGE_SELF, &after);
  return after.ru_minflt - before.ru_minflt;
}

}  // namespace

TEST_CASE("memory: kept memory is reused without new pages from the kernel" * doctest::skip(sanitized)) {
  long const by_default = faults_of_blocks();
  fastxx::keep_freed_memory();
  faults_of_blocks();
  long const kept = faults_of_blocks();
  CHECK(by_default > 20 * 48 * 100);  // glibc maps each block anew: 12,288 pages each
  CHECK(kept < by_default / 10);
}
