#pragma once

#include <fastxx/low/io/state.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void write_floating(JsonWriter& to, double value) {
  if (std::isfinite(value)) return to.floating(value);
  to.json.append("{\"number\":\"").append(std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf").append("\"}");
}

FASTXX_INLINE double read_floating(JsonReader& from) {
  if (from.peek() != '{') return from.floating();
  from.open('{');
  if (!from.more('}') || from.key() != "number") from.fail("the key \"number\"");
  std::string const name = from.text();
  from.close('}');
  double const infinity = std::numeric_limits<double>::infinity();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (name != "inf" && name != "-inf") from.fail("nan, inf or -inf");
  return name == "inf" ? infinity : -infinity;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void StateWriter::refuse_text(std::string const& key) {
  throw data_error("state.text", {.call = "save",
                                  .expected = "text in UTF-8",
                                  .got = "bytes that are none",
                                  .where = "member " + key,
                                  .fix = "convert the text, or keep bytes in a tensor or a list of numbers"});
}

FASTXX_INLINE void StateWriter::refuse_second(std::string const& key) {
  throw data_error("state.twice", {.call = "save",
                                   .expected = "each name once",
                                   .got = "a second member with this name, which would replace the first",
                                   .where = "member " + key,
                                   .fix = "give it another name in serialize()"});
}

FASTXX_INLINE StateReader::StateReader(SafeTensors const& file, std::string prefix, std::string path)
    : file_(file), prefix_(std::move(prefix)), path_(std::move(path)) {}

FASTXX_INLINE void StateReader::refuse(char const* error_key, std::string const& name, std::string const& got) const {
  throw io_error(error_key, {.call = "load",
                             .expected = "a value for " + name,
                             .got = got,
                             .where = path_,
                             .fix = "the file was written by another version or by hand; export it again"});
}

}  // namespace fastxx
