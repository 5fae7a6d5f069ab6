#pragma once
// A new folder for one test; who asks for it removes it.

#include <cstdlib>
#include <filesystem>
#include <string>

inline std::filesystem::path temporary_folder(std::string const& name) {
  std::string made = (std::filesystem::temp_directory_path() / ("fastxx_" + name + "_")).string() + std::string(6, 'X');
  return ::mkdtemp(made.data());  // which replaces the six letters
}
