#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/external_urls.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <pwd.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace fastxx::detail {

inline DataURL known_url(std::string_view address) {
  for (DataURL const* const url : URLs::all)
    if (url->address == address) return *url;
  return {address};
}

inline std::string archive_name(std::string_view address) {
  address = address.substr(0, address.find_first_of("?#"));
  return std::string(address.substr(address.rfind('/') + 1));  // npos + 1 is 0
}

inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\f\v";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// "~" and "~name" at the beginning of a path, as a shell and Python have it.
inline std::filesystem::path expand_user(std::filesystem::path const& path) {
  std::string const text = path.string();
  if (!text.starts_with('~')) return path;
  std::string const name = text.substr(1, text.find('/') == std::string::npos ? text.npos : text.find('/') - 1);
  char const* const home = std::getenv("HOME");
  if (name.empty() && home && *home) return home + text.substr(1);
  // The result of getpwnam is copied at once; a thread that asks for another user meanwhile is not to be expected.
  passwd const* const user = name.empty() ? ::getpwuid(::getuid()) : ::getpwnam(name.c_str());
  return user ? std::filesystem::path(user->pw_dir + text.substr(1 + name.size())) : path;
}

[[noreturn]] inline void refuse_config(std::filesystem::path const& file, std::string_view line) {
  throw io_error("untar.config", {.call = "fastai_cfg",
                                  .expected = "lines 'key = value', from the margin on and without %, in [DEFAULT]",
                                  .got = "'" + brief(line) + "'",
                                  .where = file.string(),
                                  .fix = "correct the line, or remove the file, which is then written anew"});
}

// What Python's configparser reads from the section DEFAULT, which is all that fastai writes.
inline void read_config(std::filesystem::path const& file, std::map<std::string, std::string>& values) {
  std::string const bytes = read_file(file);
  std::string section;
  for (std::string_view left = bytes; !left.empty();) {
    std::string_view const line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    std::string_view const text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[' && text.back() == ']') {
      section = text.substr(1, text.size() - 2);
      continue;
    }
    if (section != "DEFAULT" && !section.empty()) continue;
    auto const sign = text.find_first_of("=:");
    bool const odd = sign == text.npos || sign == 0 || section.empty();
    if (odd || text.data() != line.data() || text.find('%') != text.npos) refuse_config(file, text);
    std::string key(trimmed(text.substr(0, sign)));
    for (char& c : key)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    values[key] = trimmed(text.substr(sign + 1));
  }
}

}  // namespace fastxx::detail

namespace fastxx {

inline std::filesystem::path DataConfig::path(std::string const& key) const {
  auto const found = values.find(key);
  if (found != values.end()) return home / found->second;
  std::string keys;
  for (auto const& [name, value] : values) keys += (keys.empty() ? "" : ", ") + name;
  throw data_error("untar.key", {.call = "fastai_path",
                                 .expected = "a key of config.ini: " + keys,
                                 .got = "'" + detail::brief(key) + "'",
                                 .where = (home / "config.ini").string(),
                                 .fix = "name another key, or add this one to the file"});
}

inline DataConfig fastai_cfg(std::filesystem::path const& base) {
  char const* const variable = std::getenv("FASTAI_HOME");
  std::filesystem::path home = base;
  if (home.empty()) home = variable && *variable ? variable : "~/.fastai";
  DataConfig config{std::filesystem::absolute(detail::expand_user(home)),
                    {{"data", "data"}, {"archive", "archive"}, {"storage", "tmp"}, {"model", "models"}}};
  std::filesystem::path const file = config.home / "config.ini";
  std::error_code code;
  if (std::filesystem::exists(file, code)) {
    detail::read_config(file, config.values);
    return config;
  }
  try {
    std::filesystem::create_directories(config.home);
    write_file_atomically(file, "[DEFAULT]\ndata = data\narchive = archive\nstorage = tmp\nmodel = models\n\n");
  } catch (std::exception const&) {
    // The file is for other programs; data that are there can be read out of a folder that cannot be written, and who
    // must write data says what hinders it.
  }
  return config;
}

inline std::filesystem::path fastai_path(std::string const& key) { return fastai_cfg().path(key); }

inline std::filesystem::path URLs::path(std::string_view url, std::string const& c_key) {
  std::string const name = detail::archive_name(url);
  auto local = std::filesystem::current_path() / (c_key == "model" ? "models" : "data") / name;
  std::error_code code;
  return std::filesystem::exists(local, code) ? local : fastai_path(c_key) / name;
}

}  // namespace fastxx
