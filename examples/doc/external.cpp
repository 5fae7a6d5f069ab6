// Data sets by name: fetched, checked and extracted once, in the folders that fastai uses. Here without any network.
// Compile with -lcurl -larchive.
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/external.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <unistd.h>

using namespace fastxx;

// An archive of one small file, as somebody would have made it with tar.
void make_archive(std::filesystem::path const& path, std::string const& name, std::string const& text) {
  archive* const writer = archive_write_new();
  archive_write_set_format_pax_restricted(writer);
  archive_write_add_filter_gzip(writer);
  archive_write_open_filename(writer, path.c_str());
  archive_entry* const entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
  archive_write_header(writer, entry);
  archive_write_data(writer, text.data(), text.size());
  archive_entry_free(entry);
  archive_write_free(writer);
}

int main() {
  auto const folder =
      std::filesystem::temp_directory_path() / ("fastxx-example-external-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  ::setenv("FASTAI_HOME", (folder / "home").c_str(), 1);  // ~/.fastai, when nothing is said
  auto const shown = [&](std::filesystem::path const& path) { return path.lexically_relative(folder).string(); };

  // What fastai knows, and where things are.
  std::cout << URLs::all.size() << " addresses; " << URLs::PETS.address << " has " << URLs::PETS.size << " bytes\n";
  std::cout << "archives in " << shown(fastai_path("archive")) << ", models in " << shown(fastai_path("model")) << ", "
            << fastai_cfg().values.size() << " keys; pets would come to " << shown(URLs::path(URLs::PETS)) << "\n";

  // The first call fetches and extracts; in a program it would be untar_data(URLs::MNIST_TINY).
  make_archive(folder / "tiny.tgz", "tiny/labels.csv", "name,label\n");
  std::string const address = "file://" + (folder / "tiny.tgz").string();
  auto const path = untar_data(address, {.progress = false});
  std::cout << shown(path) << " holds " << read_file(path / "labels.csv");

  // From then on neither the address nor a network is needed.
  std::filesystem::remove(folder / "tiny.tgz");
  std::cout << (untar_data(DataURL{address}) == path ? "the same again\n" : "another\n");

  // What is new needs them, or a file put where the sentence says.
  try {
    untar_data("file://" + (folder / "other.tgz").string(), {.progress = false});
  } catch (io_error const& e) {
    std::cout << e.key() << ": " << e.parts().fix.substr(0, 61) << "...\n";
  }
  std::filesystem::remove_all(folder);
}
