#include "limits.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cstring>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;
using fastxx::SafeTensors;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("fastxx_safetensors_" + std::to_string(::getpid()));
  fs::path file = path / "model.safetensors";
  Folder() { fs::remove_all(path), fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string bytes_of(std::string const& header, std::string const& data) {
  std::uint64_t const length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

/// The key of the refusal, after checking that its text names the file and holds `part`.
std::string refusal(std::string const& bytes, std::string const& part = "") {
  Folder const folder;
  fastxx::write_file_atomically(folder.file, bytes);
  try {
    fastxx::load_safetensors(folder.file);
  } catch (fastxx::io_error const& error) {
    INFO(error.what());
    CHECK(std::string(error.what()).find(folder.file.string()) != std::string::npos);
    CHECK(std::string(error.what()).find(part) != std::string::npos);
    CHECK(std::strlen(error.what()) < 1000);
    return error.key();
  }
  return "";
}

std::string entry(std::string const& name, std::string const& dtype, std::string const& shape,
                  std::string const& offsets) {
  return '"' + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + '}';
}

}  // namespace

TEST_CASE("safetensors: every dtype, shape and word of the metadata comes back") {
  Folder const folder;
  SafeTensors content{.metadata = {{"format", "pt"}, {"quote", "\"\\\n\xc3\xa9"}}};
  for (auto const dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                           at::kChar, at::kByte, at::kBool})
    content.tensors[std::string("layer.") + at::toString(dtype)] = at::arange(7).to(dtype);
  content.tensors["scalar"] = at::tensor(2.5f).squeeze();
  content.tensors["empty"] = at::zeros({3, 0, 2});
  content.tensors["a \"strange\" name \xe2\x82\xac"] = at::ones({2, 3, 4});
  fastxx::save_safetensors(folder.file, content);
  SafeTensors const back = fastxx::load_safetensors(folder.file);
  CHECK(back.metadata == content.metadata);
  REQUIRE(back.tensors.size() == content.tensors.size());
  for (auto const& item : content.tensors) {
    INFO(item.first);
    CHECK((back.tensors.at(item.first).scalar_type() == item.second.scalar_type()));
    CHECK(at::equal(back.tensors.at(item.first), item.second));
  }
}

TEST_CASE("safetensors: views are written as what they show, and gradients are no obstacle") {
  Folder const folder;
  at::Tensor const x = at::arange(12, at::kFloat).view({3, 4});
  fastxx::save_safetensors(
      folder.file,
      {.tensors = {{"t", x.t()}, {"row", x.select(0, 1)}, {"nan", x / 0.0}, {"weight", at::ones(3).requires_grad_()}}});
  SafeTensors const back = fastxx::load_safetensors(folder.file);
  CHECK(at::equal(back.tensors.at("t"), x.t()));
  CHECK(at::equal(back.tensors.at("row"), x.select(0, 1)));
  CHECK(at::equal(back.tensors.at("weight"), at::ones(3)));
  CHECK(std::memcmp(back.tensors.at("nan").data_ptr(), (x / 0.0).data_ptr(), 48) == 0);
}

TEST_CASE("safetensors: the bytes are those of the format, padded to 8, wide types first") {
  Folder const folder;
  fastxx::save_safetensors(folder.file,
                           {.tensors = {{"a", at::tensor({1, 2, 3}, at::kByte)}, {"b", at::tensor({1}, at::kInt)}}});
  std::string header =
      R"({"a":{"data_offsets":[4,7],"dtype":"U8","shape":[3]},"b":{"data_offsets":[0,4],"dtype":"I32","shape":[1]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  CHECK(fastxx::read_file(folder.file) == bytes_of(header, std::string("\1\0\0\0\1\2\3", 7)));
}

TEST_CASE("safetensors: no tensors at all is a correct file") {
  Folder const folder;
  fastxx::save_safetensors(folder.file, {});
  CHECK(fastxx::load_safetensors(folder.file).tensors.empty());
}

TEST_CASE("safetensors: what the format cannot hold is refused with the tensor's name") {
  Folder const folder;
  auto const save = [&](SafeTensors const& content) { fastxx::save_safetensors(folder.file, content); };
  CHECK_THROWS_WITH_AS(save({.tensors = {{"w", at::zeros(2, at::kComplexFloat)}}}),
                       doctest::Contains("ComplexFloat; at tensor 'w'"), fastxx::tensor_error);
  CHECK_THROWS_WITH_AS(save({.tensors = {{"w", at::Tensor()}}}), doctest::Contains("no tensor"), fastxx::tensor_error);
  CHECK_THROWS_WITH_AS(save({.tensors = {{"w", at::eye(2).to_sparse()}}}), doctest::Contains("not dense"),
                       fastxx::tensor_error);
  CHECK_THROWS_AS(save({.tensors = {{"__metadata__", at::zeros(1)}}}), fastxx::data_error);
  CHECK_THROWS_AS(save({.tensors = {{"\xff", at::zeros(1)}}}), fastxx::data_error);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("safetensors: missing and cut files are refused at every length") {
  CHECK_THROWS_WITH_AS(fastxx::load_safetensors("/nowhere/m"), doctest::Contains("No such file"), fastxx::io_error);
  std::string const whole = bytes_of("{" + entry("w", "F32", "[2]", "[0,8]") + "}", "12345678");
  REQUIRE(refusal(whole).empty());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(refusal(whole.substr(0, size)) == "safetensors.truncated");
  CHECK(refusal(whole + "x", "9 in the file") == "safetensors.offsets");
}

TEST_CASE("safetensors: absurd header lengths cost no memory") {
  CHECK(refusal(std::string(8, '\xff') + "{}") == "safetensors.header");
  CHECK(refusal(std::string("\x00\x00\x00\x01\x00\x00\x00\x00", 8) + "{}") == "safetensors.truncated");
}

TEST_CASE("safetensors: a header that is not the format's JSON is refused") {
  for (std::string const header : {"",
                                   "[]",
                                   "{",
                                   "{]",
                                   "nul",
                                   "{\"w\":1}",
                                   "{\"w\":{}}",
                                   "{\"w\":[]}",
                                   "{\"\xff\":1}",
                                   R"({"w":{"dtype":"F32","shape":[1]}})",
                                   R"({"w":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":0}})",
                                   R"({"__metadata__":{"a":1}})",
                                   R"({"__metadata__":[]})",
                                   "{}x",
                                   "{},",
                                   "{}{}",
                                   "{\"\x01\":1}",
                                   R"({"w":null})",
                                   R"({"w":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[-0],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}})",
                                   R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}})",
                                   R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0 4]}})"}) {
    INFO(header);
    CHECK(refusal(bytes_of(header, "1234")) == "safetensors.header");
  }
}

TEST_CASE("safetensors: a name twice is refused, for tensors, fields and metadata") {
  std::string const w = entry("w", "U8", "[4]", "[0,4]");
  CHECK(refusal(bytes_of("{" + w + "," + w + "}", "1234"), "'w' twice") == "safetensors.header");
  CHECK(refusal(bytes_of(R"({"w":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}})", "1234"), "twice") ==
        "safetensors.header");
  CHECK(refusal(bytes_of(R"({"__metadata__":{"a":"1","a":"2"}})", ""), "twice") == "safetensors.header");
  CHECK(refusal(bytes_of(R"({"__metadata__":{},"__metadata__":{}})", ""), "twice") == "safetensors.header");
  CHECK(refusal(bytes_of("{" + w + R"(,"\u0077":{}})", "1234"), "'w' twice") == "safetensors.header");
}

TEST_CASE("safetensors: nesting is refused where the format ends, whatever its depth") {
  std::string const deep(1'000'000, '[');
  CHECK(refusal(bytes_of(deep, ""), "begins with '{'") == "safetensors.header");
  CHECK(refusal(bytes_of("{\"w\":" + deep, ""), "an object; got something else at byte 5;") == "safetensors.header");
  CHECK(refusal(bytes_of(R"({"w":{"shape":[)" + deep, ""), "at byte 15;") == "safetensors.header");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK(refusal(bytes_of(objects, ""), "nothing else") == "safetensors.header");
}

TEST_CASE("safetensors: 100,000 tensors in a header take time that grows as they do") {
  Folder const folder;
  SafeTensors content;
  for (int i = 0; i < 100'000; ++i) content.tensors["block." + std::to_string(i)] = at::full({1}, i % 100, at::kByte);
  fastxx::save_safetensors(folder.file, content);
  SafeTensors back;
  CHECK(seconds_of([&] { back = fastxx::load_safetensors(folder.file); }) < 10);  // 0.3 s on a quiet machine
  REQUIRE(back.tensors.size() == 100'000);
  CHECK(back.tensors.at("block.24977").item<int>() == 77);
}

TEST_CASE("safetensors: 100 MB take the time of reading them") {
  Folder const folder;
  fastxx::save_safetensors(folder.file,
                           {.tensors = {{"w", at::ones({20'000'000})}, {"b", at::ones({20'000'000}, at::kBool)}}});
  double const bytes = seconds_of([&] { fastxx::read_file(folder.file); });
  CHECK(seconds_of([&] { fastxx::load_safetensors(folder.file); }) < 10 * bytes + .5);
}

TEST_CASE("safetensors: a list of numbers costs no more memory than its text, and a tensor has at most 64 dimensions") {
  auto const list = [](std::size_t size) {
    std::string text = "[1";
    for (std::size_t i = 1; i < size; ++i) text += ",1";
    return text + ']';
  };
  auto const shaped = [&](std::size_t rank) {
    return bytes_of("{" + entry("w", "U8", list(rank), "[0,1]") + "}", "x");
  };
  CHECK(refusal(shaped(64)).empty());
  CHECK(refusal(shaped(65), "a shorter list") == "safetensors.header");
  std::string const shapes = shaped(20'000'000);
  std::string const offsets = bytes_of("{" + entry("w", "U8", "[1]", list(20'000'000)) + "}", "x");
  auto const before = peak_mb();
  CHECK(refusal(shapes, "a shorter list") == "safetensors.header");
  CHECK(refusal(offsets, "a shorter list") == "safetensors.header");
  if (!sanitized) CHECK(peak_mb() - before < 80);  // 38 of them are the text
  Folder const folder;
  CHECK_THROWS_WITH_AS(
      fastxx::save_safetensors(folder.file, {.tensors = {{"w", at::ones(std::vector<std::int64_t>(65, 1))}}}),
      doctest::Contains("at most 64 dimensions; got 65; at tensor 'w'"), fastxx::tensor_error);
}

TEST_CASE("safetensors: what is larger than memory is refused by us, with its size") {
  if (sanitized) return;
  Folder const folder;
  std::string const header = bytes_of("{" + entry("w", "U8", "[1099511627776]", "[0,1099511627776]") + "}", "");
  fastxx::write_file_atomically(folder.file, header);
  fs::resize_file(folder.file, header.size() + (std::uintmax_t{1} << 40));  // a sparse file takes no room
  LimitedMemory const limited(4);
  CHECK_THROWS_WITH_AS(
      fastxx::load_safetensors(folder.file),
      doctest::Contains("[safetensors.memory] load_safetensors: expected memory for 1099511627776 bytes; got less"),
      fastxx::io_error);
  CHECK_THROWS_WITH_AS(fastxx::load_safetensors(folder.file), doctest::Contains("tensor 'w'"), fastxx::io_error);
}

TEST_CASE("safetensors: what a header claims beyond the file is refused before memory is asked for") {
  CHECK(refusal(bytes_of("{" + entry("w", "U8", "[1099511627776]", "[0,1099511627776]") + "}", "1234"),
                "data up to byte 1099511627776; got a file with 4 bytes") == "safetensors.truncated");
  CHECK(refusal(bytes_of("{" + entry("w", "U8", "[1099511627776]", "[0,4]") + "}", "1234")) == "safetensors.offsets");
}

TEST_CASE("safetensors: a name in a message gives no orders to the terminal and stays in its line") {
  std::string const name = R"(\u001b[2J\u009b1m\r\na)";
  CHECK(refusal(bytes_of("{" + entry(name, "U8", "[4]", "[0,3]") + "}", "1234"),
                "tensor '\\x1b[2J\\u009b1m\\x0d\\x0aa'") == "safetensors.offsets");
  CHECK(refusal(bytes_of("{" + entry("w", name, "[4]", "[0,4]") + "}", "1234"), "'\\x1b[2J\\u009b1m\\x0d\\x0aa'") ==
        "safetensors.dtype");
  std::string long_name;  // cut between two code points
  for (int i = 0; i < 1000; ++i) long_name += "\xe2\x82\xac";
  CHECK(refusal(bytes_of("{" + entry(long_name, "U8", "[4]", "[0,3]") + "}", "1234"), "\xe2\x82\xac...'") ==
        "safetensors.offsets");
}

TEST_CASE("safetensors: offsets outside, overlapping, with gaps or against the shape are refused by name") {
  auto const file = [](std::string const& a, std::string const& b) {
    return bytes_of("{" + entry("a", "U8", "[4]", a) + "," + entry("b", "U8", "[4]", b) + "}", "12345678");
  };
  REQUIRE(refusal(file("[4,8]", "[0,4]")).empty());
  CHECK(refusal(file("[0,4]", "[8,12]"), "'b'") == "safetensors.truncated");
  CHECK(refusal(file("[0,4]", "[3,7]"), "overlap") == "safetensors.offsets");
  CHECK(refusal(file("[0,4]", "[0,4]"), "overlap") == "safetensors.offsets");
  CHECK(refusal(file("[1,5]", "[5,9]")) == "safetensors.truncated");
  CHECK(refusal(bytes_of("{" + entry("a", "U8", "[2]", "[2,4]") + "}", "1234"), "gap") == "safetensors.offsets");
  CHECK(refusal(file("[0,4]", "[4,7]"), "4 bytes by shape") == "safetensors.offsets");
  CHECK(refusal(file("[0,4]", "[8,4]"), "'b'") == "safetensors.offsets");
  CHECK(refusal(file("[0,4]", "[4]"), "'b'") == "safetensors.offsets");
  CHECK(refusal(file("[0,4]", "[4,18446744073709551612]"), "'b'") == "safetensors.header");
}

TEST_CASE("safetensors: an unknown dtype is named beside the known ones") {
  CHECK(refusal(bytes_of("{" + entry("w", "F8_E4M3", "[4]", "[0,4]") + "}", "1234"), "F64 F32 F16 BF16") ==
        "safetensors.dtype");
}

TEST_CASE("safetensors: beside tensors of dtypes that libtorch has not, the others are listed and read") {
  Folder const folder;
  std::string const header = "{" + entry("small", "F8_E4M3", "[2,2]", "[0,4]") + "," +
                             entry("b", "U8", "[3]", "[8,11]") + "," + entry("odd", "F3_X", "[5]", "[4,8]") +
                             R"(,"__metadata__":{"format":"pt"}})";
  fastxx::write_file_atomically(folder.file, bytes_of(header, "12345678\1\2\3"));
  fastxx::SafeTensorsReader const reader(folder.file);
  CHECK(reader.names() == std::vector<std::string>{"small", "odd", "b"});
  CHECK(reader.metadata() == std::map<std::string, std::string>{{"format", "pt"}});
  CHECK(reader.info("small").dtype == "F8_E4M3");
  CHECK(reader.info("small").shape == std::vector<std::int64_t>{2, 2});
  CHECK_FALSE(reader.info("small").readable);
  CHECK(reader.info("odd").dtype == "F3_X");
  CHECK(reader.info("b").readable);
  CHECK(reader.contains("b"));
  CHECK_FALSE(reader.contains("c"));
  for (int i = 0; i < 2; ++i) CHECK(at::equal(reader.tensor("b"), at::tensor({1, 2, 3}, at::kByte)));
  CHECK_THROWS_WITH_AS(reader.tensor("small"), doctest::Contains("got 'F8_E4M3'; at"), fastxx::io_error);
  CHECK_THROWS_WITH_AS(reader.tensor("odd"), doctest::Contains("tensor 'odd'"), fastxx::io_error);
  CHECK_THROWS_WITH_AS(reader.tensor("c"), doctest::Contains("[safetensors.name]"), fastxx::io_error);
  CHECK_THROWS_WITH_AS(fastxx::load_safetensors(folder.file), doctest::Contains("tensor 'small'"), fastxx::io_error);
}

TEST_CASE("safetensors: sizes, gaps and overlaps are checked for tensors that cannot be read as well") {
  auto const file = [](std::string const& dtype, std::string const& shape, std::string const& offsets) {
    return bytes_of("{" + entry("w", dtype, shape, offsets) + "," + entry("v", "U8", "[4]", "[4,8]") + "}", "12345678");
  };
  CHECK(refusal(file("F8_E5M2", "[3]", "[0,4]"), "3 bytes by shape") == "safetensors.offsets");
  CHECK(refusal(file("U32", "[4]", "[0,4]"), "16 bytes by shape") == "safetensors.offsets");
  CHECK(refusal(file("U16", "[2]", "[0,4]"), "'U16'") == "safetensors.dtype");
  CHECK(refusal(file("C64", "[4611686018427387904]", "[0,4]")) == "safetensors.shape");
  CHECK(refusal(file("F4", "[8]", "[0,4]"), "'F4'") == "safetensors.dtype");
  CHECK(refusal(file("F4", "[8]", "[0,5]"), "an overlap") == "safetensors.offsets");
  CHECK(refusal(file("F4", "[8]", "[0,3]"), "a gap") == "safetensors.offsets");
  CHECK(refusal(file("F4", "[8]", "[0,9]")) == "safetensors.truncated");
}

TEST_CASE("safetensors: behind the JSON the header has spaces and nothing else, zero bytes included") {
  CHECK(refusal(bytes_of("{}      ", "")).empty());
  CHECK(refusal(bytes_of(std::string("{}\0", 3), "")) == "safetensors.header");
  CHECK(refusal(bytes_of(std::string("{}   \0text", 10), "")) == "safetensors.header");
  CHECK(refusal(bytes_of(std::string("\0{}", 3), "")) == "safetensors.header");
  std::string const w = "{" + entry("w", "U8", "[4]", "[0,4]") + "}";
  CHECK(refusal(bytes_of(w + std::string(3, '\0'), "1234")) == "safetensors.header");
  CHECK(refusal(bytes_of(w + " " + w, "1234")) == "safetensors.header");
  CHECK(refusal(bytes_of(w + "  ", "1234")).empty());
}

TEST_CASE("safetensors: shapes whose size overflows are refused, also behind an empty dimension") {
  for (char const* shape : {"[4294967296,4294967296,4]", "[9223372036854775807,2]", "[0,4294967296,4294967296]"})
    CHECK(refusal(bytes_of("{" + entry("w", "F32", shape, "[0,0]") + "}", "")) == "safetensors.shape");
}

TEST_CASE("safetensors: a bool that is neither 0 nor 1 is refused") {
  CHECK(refusal(bytes_of("{" + entry("w", "BOOL", "[2]", "[0,2]") + "}", "\1\2"), "'w'") == "safetensors.bool");
}
