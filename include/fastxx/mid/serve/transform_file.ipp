#pragma once

#include <fastxx/mid/serve/transform_file.hpp>

#include <string>

namespace fastxx::detail {

FASTXX_INLINE void StageNames::add_name(std::string const& name, std::string const& type) {
  if (name.empty())
    throw state_error("export.unnamed", {.call = "export_to",
                                         .expected = "stages with a name that another program knows",
                                         .got = type,
                                         .where = where_ + ", stage " + std::to_string(count_),
                                         .fix = "give it a name: named(\"what it does\", f)"});
  text_ += (count_++ > 0 ? " -> " : "") + name;
}

FASTXX_INLINE void check_format(SafeTensors const& file, std::string const& path) {
  auto const format = file.metadata.find("fastxx.format");
  if (format != file.metadata.end() && format->second == "2") return;
  throw io_error(
      "load_learner.format",
      {.call = "load_learner",
       .expected = "an export of this version (format 2)",
       .got = format == file.metadata.end() ? "a file without transforms" : "format " + brief(format->second),
       .where = path,
       .fix = "export the model again; weights alone are loaded with load_state_dict"});
}

FASTXX_INLINE void check_stages(SafeTensors const& file, std::string const& path, std::string const& name,
                                std::string const& stages, std::string const& where) {
  auto const found = file.metadata.find("fastxx.stages." + name);
  if (found != file.metadata.end() && found->second == stages) return;
  throw io_error("load_learner.stages",
                 {.call = "load_learner",
                  .expected = where + " of this program: " + (stages.empty() ? "no stages" : stages),
                  .got = found == file.metadata.end() ? "nothing said of them"
                         : found->second.empty()      ? "no stages"
                                                      : brief(found->second),
                  .where = path,
                  .fix = "load it with the transforms it was exported with"});
}

}  // namespace fastxx::detail
