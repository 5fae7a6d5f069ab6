// What an error of fastxx tells: one sentence for people, a stable key and its parts for programs.
#include <fastxx/low/core/error.hpp>

#include <cstdio>
#include <string>

void read_reading(std::string const& line) {
  if (line.empty())
    throw fastxx::data_error("sensor.empty", {.call = "read_reading",
                                              .expected = "a number",
                                              .got = "an empty line",
                                              .where = "sensor.csv, line 7",
                                              .fix = "delete the line or fill it in"});
}

int main() {
  try {
    read_reading("");
  } catch (fastxx::data_error const& e) {  // or fastxx::error, for every kind
    std::printf("%s\n", e.what());
    if (e.key() == "sensor.empty") std::printf("skipped %s\n", e.parts().where.c_str());
  }
}
