// Extension methods: what a class of somebody else lacks, declared once, without touching the class.
#include <fastxx/low/extension/extension.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace fs = std::filesystem;
using fastxx::extension, fastxx::of;

namespace my {  // extensions live in a namespace, like everything: POSIX has a ::write too

// A method, on the class of the first parameter: the text as it is (UTF-8), in folders that are made when missing.
inline constexpr auto write = extension<"write">([](fs::path const& path, std::string_view text) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
});
// A property, and something the class itself does.
inline constexpr auto content = fastxx::extension_property<"content">([](fs::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
});
inline constexpr auto temporary = fastxx::static_extension<"temporary", fs::path>(
    []<class Path>(std::type_identity<Path>, char const* name) { return Path(fs::temp_directory_path() / name); });

// Two networks of third parties that name the same things differently.
struct GenEfficientNetImpl : torch::nn::Module {
  torch::nn::Linear features = register_module("features", torch::nn::Linear(4, 3));
  torch::nn::Linear classifier = register_module("classifier", torch::nn::Linear(3, 2));
};
TORCH_MODULE(GenEfficientNet);
struct MobileNetImpl : torch::nn::Module {
  torch::nn::Linear features = register_module("features", torch::nn::Linear(4, 6));
  torch::nn::Linear classifier = register_module("classifier", torch::nn::Linear(6, 2));
};
TORCH_MODULE(MobileNet);
struct ResNetImpl : torch::nn::Module {
  torch::nn::Linear fc = register_module("fc", torch::nn::Linear(5, 2));
};
TORCH_MODULE(ResNet);

// One declaration for two classes; a third class, whose layer has another name, joins later.
inline constexpr auto get_fc = extension<"get_fc", GenEfficientNetImpl, MobileNetImpl>([](auto& self) {
                                 return self.classifier;
                               }).extend<ResNetImpl>([](ResNetImpl& self) { return self.fc; });
inline constexpr auto extract_features = extension<"extract_features", GenEfficientNetImpl, MobileNetImpl>(
    [](auto& self, at::Tensor const& x) { return self.features->forward(x); });

}  // namespace my

int main() {
  using namespace my;
  fs::path const folder = temporary(of<fs::path>, "fastxx_extension");
  fs::path const file = folder / "made" / "when missing.txt";
  my::write(file, "Gr\u00fc\u00dfe");
  (file | my::write)("Gr\u00fc\u00dfe, Path!");  // the same call the other way round: `object | name` is Python's dot
  std::printf("%s\n", (file | content).c_str());
  fs::remove_all(folder);

  GenEfficientNet efficient;
  MobileNet mobile;
  ResNet resnet;
  auto const x = at::ones({1, 4});
  std::printf("%d to %d, ", int(extract_features(efficient, x).size(1)),
              int(get_fc(efficient)->options.out_features()));
  std::printf("%d to %d, ", int(extract_features(mobile, x).size(1)), int(get_fc(mobile)->options.out_features()));
  std::printf("%d to %d\n", int(get_fc(resnet)->options.in_features()), int(get_fc(resnet)->options.out_features()));
  static_assert(!decltype(extract_features)::takes<ResNet>());  // extract_features(resnet, x) is one sentence
}
