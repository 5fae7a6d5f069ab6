#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/data/detail/current_message.hpp>
#include <fastxx/mid/data/detail/item_cursor.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

namespace fastxx::detail {

FASTXX_INLINE void refuse_short_stream(std::size_t wanted, std::size_t got, std::int64_t epoch) {
  throw data_error("loader.short_stream",
                   {.call = "DataLoader",
                    .expected = {wanted, " items in each epoch, as size() of the dataset says"},
                    .got = {got, " until the stream came to its end"},
                    .where = "epoch " + std::to_string(epoch),
                    .fix = got == 0 ? "is the source there? let open(epoch) throw when it is not"
                                    : "say how many there are, or let open(epoch) begin again where its source ends"});
}

FASTXX_INLINE void check_iterable(std::int64_t size, std::int64_t shuffle_buffer) {
  if (size < 1)
    throw data_error("iterable.size", {.call = "iterable_dataset",
                                       .expected = "the number of items in an epoch, 1 or more",
                                       .got = {size},
                                       .fix = "say it: {.size = 100000}; what follows in the stream is not read"});
  if (shuffle_buffer < 1)
    throw data_error("iterable.shuffle_buffer", {.call = "iterable_dataset",
                                                 .expected = "a buffer of 1 item or more",
                                                 .got = {shuffle_buffer},
                                                 .fix = "leave it at 1000; whether to shuffle is said to the loader"});
}

FASTXX_INLINE void throw_stream_error(std::size_t item, std::int64_t epoch) {
  std::throw_with_nested(data_error(
      "loader.stream",
      {.call = "DataLoader",
       .got = current_message(),
       .where = "item " + std::to_string(item) + " of the stream, epoch " + std::to_string(epoch),
       .fix = "repair the source, or let the stream pass over what it cannot read: here it cannot be left out"}));
}

}  // namespace fastxx::detail
