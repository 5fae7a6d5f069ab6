#pragma once

#include <fastxx/mid/data/regex_labeller.hpp>

#include <filesystem>
#include <memory>
#include <regex>
#include <string>
#include <utility>

namespace fastxx {

namespace detail {
// libstdc++'s usual way calls itself for each character, and may take a time that doubles with each; this one does neither.
#ifdef __GLIBCXX__
inline constexpr auto regex_syntax = std::regex_constants::ECMAScript | std::regex_constants::__polynomial;
#else
inline constexpr auto regex_syntax = std::regex_constants::ECMAScript;
#endif
}  // namespace detail

struct RegexLabeller::Compiled {
  std::regex regex;
};

FASTXX_INLINE RegexLabeller::RegexLabeller(std::string pattern, RegexLabellerOptions const& options)
    : pattern_(std::move(pattern)), options_(options) {
  auto const refuse = [this](std::string got, char const* fix) {
    throw data_error("regex_labeller.pattern", {.call = "RegexLabeller",
                                                .expected = "an ECMAScript regular expression with a group (...)",
                                                .got = std::move(got),
                                                .where = "'" + detail::brief(pattern_) + "'",
                                                .fix = fix});
  };
  if (pattern_.size() > 1000) refuse("more than 1000 bytes", "a shorter pattern does");
  try {
    compiled_ = std::make_shared<Compiled const>(Compiled{std::regex(pattern_, detail::regex_syntax)});
  } catch (std::regex_error const& e) {
    refuse(e.what(),
           "Python's (?P<name>...) is written (...) here; (?i), lookbehind and back references are not there");
  }
  if (compiled_->regex.mark_count() == 0) refuse("none", "put parentheses around what is the label");
}

FASTXX_INLINE std::string RegexLabeller::operator()(std::filesystem::path const& file) const {
  std::string const text = options_.name_only ? file.filename().string() : file.generic_string();
  if (text.size() > 4096)
    throw data_error("regex_labeller.length", {.call = "RegexLabeller",
                                               .expected = "a path of at most 4096 bytes",
                                               .got = {text.size(), " bytes"},
                                               .fix = "give it paths; texts are searched by a function of yours"});
  std::smatch found;
  auto const flags = options_.match ? std::regex_constants::match_continuous : std::regex_constants::match_default;
  if (!std::regex_search(text, found, compiled_->regex, flags) || !found[1].matched)
    throw data_error("regex_labeller.none",
                     {.call = "RegexLabeller",
                      .expected = "text in which '" + detail::brief(pattern_) + "' is found",
                      .got = "'" + detail::brief(text) + "'",
                      .fix = options_.name_only ? "a name has no '/': leave name_only out to look at the whole path"
                                                : "try the pattern on this path; in C++ write it as R\"(...)\""});
  return found[1].str();
}

}  // namespace fastxx
