#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace fastxx {

/// What a RegexLabeller looks at, and how.
struct RegexLabellerOptions {
  bool match = false;      ///< the pattern begins where the text begins; else it may stand anywhere
  bool name_only = false;  ///< the text is the file's name without its folders; else the whole path, with "/"
};

/// The first group of a pattern in a file's path: `get_y(RegexLabeller(R"(/([^/]+)_\d+\.jpg$)"))`. The pattern is an
/// ECMAScript regular expression, as of JavaScript; most of Python's are.
///
/// `#include <fastxx/mid/data/regex_labeller.hpp>`: it comes with std::regex, which takes a second to compile.
/// Errors:  data_error [regex_labeller.pattern] for a pattern that is none, or has no group; [regex_labeller.none] with
///          pattern and text where it is not found; [regex_labeller.length] for a text of more than 4096 bytes
/// Source:  fastai 2.7.18 data/transforms.py RegexLabeller (H-20), its from_name_re looks at the name; differs: not
///          Python's dialect: named groups, lookbehind and back references are refused; a letter outside ASCII is several
///          bytes, none of them in \w
/// Example: examples/doc/finding.cpp
class RegexLabeller {
 public:
  explicit RegexLabeller(std::string pattern, RegexLabellerOptions const& options = {});

  std::string operator()(std::filesystem::path const& file) const;

 private:
  struct Compiled;
  std::string pattern_;
  RegexLabellerOptions options_;
  std::shared_ptr<Compiled const> compiled_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/regex_labeller.ipp>
#endif
