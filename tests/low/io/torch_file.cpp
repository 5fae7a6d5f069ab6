// Files of Python's torch.save, in and out; tests/parity/torch_files.py made those of torch_files.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/io/torch_file.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace fastxx;

namespace {

std::filesystem::path const files = std::filesystem::path(__FILE__).parent_path() / "torch_files";

at::Tensor numbers(std::vector<std::int64_t> const& shape) {
  std::int64_t n = 1;
  for (auto const extent : shape) n *= extent;
  return at::arange(n, at::kFloat).div(4).view(shape);
}
bool same(at::Tensor const& a, at::Tensor const& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() && at::equal(a, b);
}

// A pickle in a zip file, or a legacy file around it, written to a path.
struct Written {
  std::filesystem::path folder = temporary_folder("torch_file");
  std::filesystem::path path = folder / "file.pth";
  ~Written() { std::filesystem::remove_all(folder); }
  Written() = default;
  Written(Written const&) = delete;
  Written& operator=(Written const&) = delete;

  std::filesystem::path const& of(std::string const& bytes) const {
    write_file_atomically(path, bytes);
    return path;
  }
  std::filesystem::path const& legacy(std::string const& pickle, std::string const& keys = "\x80\x02]q\x01.",
                                      std::string const& data = "") const {
    using namespace std::string_literals;
    return of("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s + "\x80\x02M\xe9\x03."s + "\x80\x02}."s +
              pickle + keys + data);
  }
};

}  // namespace

TEST_CASE("torch file: a state dict, of the zip format and of the one before PyTorch 1.6") {
  for (char const* name : {"state.pth", "legacy.pth"}) {
    auto const tensors = load_torch_tensors(files / name);
    REQUIRE(tensors.size() == 7);
    CHECK(same(tensors.at("0.weight"), numbers({2, 3})));
    CHECK(same(tensors.at("0.bias"), numbers({2})));
    CHECK(same(tensors.at("1.weight"), at::ones({2})));
    CHECK(same(tensors.at("1.running_mean"), at::zeros({2})));
    CHECK(same(tensors.at("1.num_batches_tracked"), at::zeros({}, at::kLong)));
  }
}

TEST_CASE("torch file: every dtype, views, shared memory, parameters") {
  auto const tensors = load_torch_tensors(files / "types.pth");
  CHECK(same(tensors.at("double"), numbers({2}).to(at::kDouble)));
  CHECK(same(tensors.at("half"), numbers({2}).to(at::kHalf)));
  CHECK(same(tensors.at("bfloat16"), numbers({2}).to(at::kBFloat16)));
  CHECK(same(tensors.at("int64"), at::tensor({std::int64_t{-1}, std::int64_t{1} << 40})));
  CHECK(same(tensors.at("int32"), at::tensor({-1, 1 << 30}, at::kInt)));
  CHECK(same(tensors.at("int16"), at::tensor({-2, 300}, at::kShort)));
  CHECK(same(tensors.at("int8"), at::tensor({-3, 4}, at::kChar)));
  CHECK(same(tensors.at("uint8"), at::tensor({250}, at::kByte)));
  CHECK(same(tensors.at("bool"), at::tensor({1, 0}, at::kByte).to(at::kBool)));
  CHECK(same(tensors.at("complex64"), at::complex(at::ones({1}), at::full({1}, 2.F))));
  CHECK(same(tensors.at("scalar"), at::full({}, 2.5F)));
  CHECK(same(tensors.at("empty"), at::zeros({3, 0})));
  CHECK(same(tensors.at("view"), numbers({4, 5}).slice(0, 1, 3).slice(1, 1, 4)));
  CHECK(same(tensors.at("transposed"), numbers({4, 5}).t()));
  CHECK(tensors.at("view").storage().data() == tensors.at("transposed").storage().data());
  CHECK(same(tensors.at("expanded"), at::ones({5})));
  CHECK(same(tensors.at("parameter"), numbers({3})));
}

TEST_CASE("torch file: a checkpoint's numbers, texts and lists, and the state dict inside") {
  TorchValue const value = load_torch(files / "checkpoint.pth");
  CHECK(*value.find("epoch")->get_if<std::int64_t>() == 7);
  CHECK(*value.find("lr")->get_if<double>() == .25);
  CHECK(value.find("best")->get_if<std::monostate>());
  CHECK(*value.find("name")->get_if<std::string>() == "gr\xc3\xbcn");
  CHECK(*value.find("done")->get_if<bool>());
  CHECK(*value.find("big")->get_if<std::int64_t>() == std::int64_t{1} << 40);
  CHECK(*value.find("negative")->get_if<std::int64_t>() == -5);
  CHECK(value.find("shape")->get_if<TorchValue::List>()->size() == 2);
  auto const& lists = *value.find("lists")->get_if<TorchValue::List>();
  CHECK(*lists.at(0).get_if<TorchValue::List>()->at(1).get_if<std::int64_t>() == 2);
  CHECK(*lists.at(2).get_if<TorchValue::List>()->at(0).get_if<std::int64_t>() == 4);
  CHECK(value.find("device")->get_if<TorchValue::Object>()->name == "torch.device");
  CHECK(value.find("none") == nullptr);
  CHECK(load_torch_tensors(files / "checkpoint.pth").size() == 7);
}

TEST_CASE("torch file: what fastai's learn.save wrote has the model's tensors") {
  auto const tensors = load_torch_tensors(files / "learner.pth");
  REQUIRE(tensors.size() == 7);
  CHECK(tensors.at("1.num_batches_tracked").item<std::int64_t>() == 2);
  CHECK(load_torch(files / "learner.pth").find("opt"));
}

TEST_CASE("torch file: a whole model is code and gets one sentence") {
  auto const e = error_of([] { load_torch_tensors(files / "whole.pth"); });
  CHECK(contains(e, "[torch_file.no_tensors]"));
  CHECK(contains(e, "torch.nn.modules.container.Sequential"));
  CHECK(contains(e, "save model.state_dict()"));
}

TEST_CASE("torch file: what is written is read back, dense, and the same bytes each time") {
  Written const file;
  std::map<std::string, at::Tensor> const tensors{{"a.weight", numbers({3, 4}).t()},
                                                  {"b", at::tensor({1, 0}, at::kByte).to(at::kBool)},
                                                  {"empty", at::zeros({2, 0})},
                                                  {"half", numbers({5}).to(at::kHalf).requires_grad_()},
                                                  {"scalar", at::zeros({}, at::kLong)}};
  save_torch(file.path, tensors);
  auto const bytes = read_file(file.path);
  auto const back = load_torch_tensors(file.path);
  REQUIRE(back.size() == tensors.size());
  for (auto const& [name, tensor] : tensors) CHECK(same(back.at(name), tensor.detach()));
  save_torch(file.path, back);
  CHECK(read_file(file.path) == bytes);
  CHECK(key_of([&] { save_torch(file.path, {{"sparse", at::eye(2).to_sparse()}}); }) == "torch_file.dtype");
  CHECK(key_of([&] { save_torch(file.path, {{"none", at::Tensor()}}); }) == "torch_file.dtype");
  CHECK(read_file(file.path) == bytes);  // nothing was lost
}

TEST_CASE("torch file: sizes and places that need zip64, and more members than the old table counts") {
  Written const file;
  std::map<std::string, at::Tensor> const tensors{
      {"a", numbers({3, 4})}, {"b", numbers({40})}, {"empty", at::zeros({0})}, {"long", numbers({100})}};
  save_torch(file.path, tensors);
  auto const narrow = read_file(file.path);
  for (std::uint64_t const limit : {0, 1, 48, 160, 161, 400, 1000}) {
    CAPTURE(limit);
    fastxx::detail::save_torch_zip(file.path, tensors, limit);
    CHECK(read_file(file.path) != narrow);
    auto const back = load_torch_tensors(file.path);
    REQUIRE(back.size() == tensors.size());
    for (auto const& [name, tensor] : tensors) CHECK(same(back.at(name), tensor));
  }
  fastxx::detail::save_torch_zip(file.path, tensors, 4000);
  CHECK(read_file(file.path) == narrow);

  std::map<std::string, at::Tensor> many;
  for (int i = 0; i < 65535; ++i) many[std::to_string(i)] = at::zeros({});
  many["7"] = at::ones({});
  save_torch(file.path, many);
  auto const back = load_torch_tensors(file.path);
  CHECK(back.size() == many.size());
  CHECK(back.at("7").item<float>() == 1);
}

TEST_CASE("torch file: other files, torn and damaged ones are one error each") {
  Written const file;
  CHECK(key_of([&] { load_torch(file.folder / "missing"); }) == "torch_file.open");
  CHECK(contains(error_of([&] { load_torch(file.of("")); }), "an empty file"));
  CHECK(contains(error_of([&] { load_safetensors(files / "state.pth"); }), "load_torch_tensors"));
  CHECK(contains(error_of([&] { load_torch(file.of("ustar and so on, more than 14 bytes")); }), "torch.save"));
  auto const good = read_file(files / "state.pth");
  for (std::size_t size = 1; size < good.size(); size += 7)
    CHECK(key_of([&] { load_torch(file.of(good.substr(0, size))); }).starts_with("torch_file."));
  auto damaged = good;
  auto const place = damaged.find(std::string_view("\0\0\x80\x3e", 4));  // 0.25
  REQUIRE(place != std::string::npos);
  damaged[place] = '\1';
  CHECK(contains(error_of([&] { load_torch(file.of(damaged)); }), "[torch_file.checksum]"));
}

TEST_CASE("torch file: hostile pickles do nothing but fail") {
  using namespace std::string_literals;
  Written const file;
  auto const refused = [&](std::string const& pickle) { return error_of([&] { load_torch(file.legacy(pickle)); }); };
  // A class that would run a command is its name alone.
  auto const value = load_torch(file.legacy("\x80\x02"s + "cposix\nsystem\nX\x05\0\0\0touch\x85R."s));
  CHECK(value.get_if<TorchValue::Object>()->name == "posix.system");
  CHECK(contains(refused("\x80\x02"s + "i__main__\nclass\n."s), "operation 0x69"));  // INST
  CHECK(contains(refused("\x80\x06."s), "protocol 5"));
  CHECK(contains(refused("."s), "a value on the stack"));
  CHECK(contains(refused("t."s), "a mark"));
  CHECK(contains(refused("(0."s), "a value on the stack"));
  CHECK(contains(refused("h\x05."s), "remembered"));
  CHECK(contains(refused("X\xff\xff\xff\x7fshort."s), "bytes more"));
  CHECK(contains(refused("K\x01K\x02s."s), "[torch_file.pickle]"));
  // Deep, endless and repeated structures.
  CHECK(contains(refused(std::string(100000, ']') + std::string(99999, 'a') + "."), "at most 100 deep"));
  CHECK(contains(refused("]q\0h\0a."s), "at most 100 deep"));
  std::string bomb = "]q\0K\1a"s;
  for (char level = 1; level < 60; ++level)
    bomb += "]q"s + level + "(h" + std::string(1, static_cast<char>(level - 1)) + "h" +
            std::string(1, static_cast<char>(level - 1)) + "e";
  CHECK(contains(refused(bomb + "."), "repeats itself"));
  // A long name that is asked for again and again: by a storage, by an object, in the tree.
  std::string const letters(100000, 'n'), length("\xa0\x86\x01\0", 4);
  std::string storages = "X" + length + letters + "q\0"s + "ctorch\nFloatStorage\nq\1"s, objects, globals;
  objects = globals = "c" + letters + "\nx\nq\0"s + ")q\1";
  for (int i = 0; i < 3000; ++i) {
    storages += "(X\7\0\0\0storageh\1h\0X\3\0\0\0cpuK\1tQ0"s;
    objects += "h\0h\1R0"s;
  }
  globals += "(" + [] {
    std::string all;
    for (int i = 0; i < 3000; ++i) all += "h\0"s;
    return all;
  }() + "t";
  for (auto const& bomb_of_names : {storages, objects, globals})
    CHECK(contains(refused(bomb_of_names + "."), "repeats itself"));
  // Storages and tensors that are not there.
  auto const tensor = [](std::string const& numel, std::string const& offset, std::string const& size,
                         std::string const& stride, char const* type = "FloatStorage") {
    return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\n"s + type + "\nX\x01\0\0\0aX\x03\0\0\0cpu"s +
           numel + "tQ" + offset + "(" + size + "t(" + stride + "t\x89" + "ccollections\nOrderedDict\n)RtR.";
  };
  CHECK(contains(refused(tensor("J\xff\xff\xff\x7f"s, "K\0"s, "K\1"s, "K\1"s)), "bytes in the file"));
  CHECK(contains(refused(tensor("J\xff\xff\xff\xff"s, "K\0"s, "K\1"s, "K\1"s)), "a number of elements"));
  CHECK(contains(refused(tensor("K\4"s, "K\2"s, "K\3"s, "K\1"s)), "within its storage"));
  CHECK(contains(refused(tensor("K\4"s, "K\5"s, "K\0"s, "K\1"s)), "within its storage"));
  CHECK(contains(refused(tensor("K\4"s, "K\0"s, "K\2"s, "J\xff\xff\xff\xff"s)), "within its storage"));
  std::string const huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"s;
  CHECK(contains(refused(tensor("K\4"s, "K\0"s, huge + huge, "K\0K\0"s)), "within its storage"));
  CHECK(contains(refused(tensor("K\4"s, "K\0"s, huge, huge)), "within its storage"));
  CHECK(contains(refused(tensor("K\4"s, "K\0"s, "K\1"s, "K\1"s, "QInt8Storage")), "a storage of numbers"));
  CHECK(contains(refused(tensor("K\4"s, "K\0"s, "K\1"s, "K\1"s)), "the numbers of storage"));
  // The same with its numbers: an unfilled one above, one of another size, a bool that is none.
  std::string const keys = "\x80\x02]X\x01\0\0\0aa."s;
  auto const with_data = [&](std::string const& pickle, std::string const& data) {
    return error_of([&] { load_torch(file.legacy(pickle, keys, data)); });
  };
  auto const one = tensor("K\1"s, "K\0"s, "K\1"s, "K\1"s);
  CHECK(with_data(one, "\1\0\0\0\0\0\0\0\0\0\x80\x3f"s) == "no error");
  CHECK(contains(with_data(one, "\2\0\0\0\0\0\0\0\0\0\x80\x3f"s), "another number"));
  CHECK(contains(with_data(one, "\1\0\0\0\0\0\0\0\0\0"s), "[torch_file.truncated]"));
  CHECK(contains(with_data(tensor("K\1"s, "K\0"s, "K\1"s, "K\1"s, "BoolStorage"), "\1\0\0\0\0\0\0\0\2"s),
                 "bytes 0 and 1"));
}
