// callbacks_from, whatever the file holds.
#include "fuzz.hpp"
#include <fastxx/mid/callbacks_by_name.hpp>

#include <string>
#include <string_view>
#include <vector>

std::vector<std::string> fuzz::corpus() {
  return {R"({"callbacks": [{"name": "GradientClip", "max_norm": 0.1}, "MCDropout"], "lr": [1e-3, {"a": null}]})",
          R"(["MixUp", {"alpha": 2, "name": "CutMix"}, {"name": "ReduceLROnPlateau", "smaller_is_better": null}])",
          R"([{"name": "SaveModelCallback", "path": "\u00e9", "every_epoch": -3, "at_end": true}])",
          R"([{"name": "MixedPrecision", "mode": "bf16", "scale": 1e300, "growth_interval": 9223372036854775807}])"};
}

std::string fuzz::repaired(std::string input) { return input; }

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  fuzz::takes([&] { fastxx::callbacks_from_json(text); });
  return 0;
}
